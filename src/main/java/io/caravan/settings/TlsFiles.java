package io.caravan.settings;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * What a client or a server trusts and shows in TLS, from files in PEM (RFC 7468): certificates (X.509), and a private key (PKCS #8, not
 * encrypted). Immutable.
 *
 * @param trusted null for what Java trusts
 * @param own null for nothing to show
 */
public record TlsFiles(TrustManagerFactory trusted, KeyManagerFactory own) {

    /** What Java trusts, and nothing to show. */
    public static final TlsFiles NONE = new TlsFiles(null, null);

    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");

    /**
     * As the keys {@code .tls.ca}, {@code .tls.certificate} and {@code .tls.key} below a prefix say.
     *
     * @throws UserError when a file cannot be read, or one of certificate and key is missing
     */
    public static TlsFiles of(Settings settings, String prefix) {
        String certificate = settings.text(prefix + ".tls.certificate", null);
        String key = settings.text(prefix + ".tls.key", null);
        if ((certificate == null) != (key == null)) {
            throw new UserError(prefix + ".tls.certificate and " + prefix + ".tls.key go together");
        }
        Collection<? extends Certificate> trusted = read(settings, prefix + ".tls.ca", TlsFiles::certificates);
        Collection<? extends Certificate> shown = read(settings, prefix + ".tls.certificate", TlsFiles::certificates);
        PrivateKey shownBy = read(settings, prefix + ".tls.key", TlsFiles::privateKey);
        try {
            return new TlsFiles(trusted == null ? null : trust(trusted), shown == null ? null : show(shown, shownBy));
        } catch (IOException | GeneralSecurityException e) {
            throw new UserError(prefix + ".tls: the files cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * The same, asked for whenever it is used; it changes with the files.
     *
     * @throws UserError as {@link #of}, of what the files have now
     */
    public static Supplier<TlsFiles> followed(Settings settings, String prefix) {
        List<Path> files = Stream.of("ca", "certificate", "key")
                .map(name -> settings.text(prefix + ".tls." + name, null))
                .filter(Objects::nonNull)
                .map(Path::of)
                .toList();
        return new Followed<>(prefix + ".tls", files, () -> of(settings, prefix));
    }

    private interface Reader<T> {
        T read(Path file) throws IOException, GeneralSecurityException;
    }

    private static <T> T read(Settings settings, String key, Reader<T> reader) {
        String file = settings.text(key, null);
        try {
            return file == null ? null : reader.read(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new UserError(key + ": there is no file " + file, e);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new UserError(key + ": the file cannot be used: " + e.getMessage(), e);
        }
    }

    private static TrustManagerFactory trust(Collection<? extends Certificate> certificates)
            throws IOException, GeneralSecurityException {
        KeyStore store = empty();
        int number = 0;
        for (Certificate certificate : certificates) {
            store.setCertificateEntry("ca-" + number++, certificate);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }

    private static KeyManagerFactory show(Collection<? extends Certificate> chain, PrivateKey key)
            throws IOException, GeneralSecurityException {
        requireMatch(chain.iterator().next(), key);
        KeyStore store = empty();
        store.setKeyEntry("own", key, new char[0], chain.toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory;
    }

    /** Otherwise nothing would tell before the first handshake. */
    private static void requireMatch(Certificate certificate, PrivateKey key) throws GeneralSecurityException {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> "Ed25519";
                };
        boolean match =
                key.getAlgorithm().equals(certificate.getPublicKey().getAlgorithm()) || algorithm.equals("Ed25519");
        if (match) {
            byte[] text = {1};
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(text);
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(certificate.getPublicKey());
            verifier.update(text);
            match = verifier.verify(signer.sign());
        }
        if (!match) {
            throw new GeneralSecurityException("the key is not that of the first certificate");
        }
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws IOException, GeneralSecurityException {
        Collection<? extends Certificate> found = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
        if (found.isEmpty()) {
            throw new IOException(file + " has no certificate");
        }
        return found;
    }

    private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        String text = Files.readString(file, StandardCharsets.US_ASCII);
        int start = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (start < 0 || end < start) {
            throw new IOException(file + " has no private key (PKCS #8, not encrypted)");
        }
        byte[] bytes = Base64.getMimeDecoder().decode(text.substring(start + BEGIN.length(), end));
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
            } catch (InvalidKeySpecException e) {
                // of another algorithm
            }
        }
        throw new IOException(file + " has a private key that is none of " + ALGORITHMS);
    }
}
