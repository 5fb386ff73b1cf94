package io.caravan.tenant;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes the passwords of MQTT users. A password is 256 bits in base64url, so a plain SHA-256 of it is as good as a slow hash: there
 * is nothing to guess. It is told to its device once and kept nowhere. With a key of Caravan's own, it is made from that key and a
 * random salt (HMAC-SHA256, RFC 2104), and so can be made again for a broker that has to have it; without one it is random.
 * Thread-safe.
 */
public final class Credentials {

    private static final int BYTES = 32;
    private static final int LONGEST_PART = 24;
    private static final String SUFFIX_DIGITS = "abcdefghijkmnpqrstuvwxyz23456789";
    private static final int SUFFIX_LENGTH = 8;
    private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

    private final SecureRandom random = new SecureRandom();
    private final Supplier<List<byte[]>> keys;

    /**
     * What a new user logs in with.
     *
     * @param sha256 of the password, to be stored
     * @param salt to be stored, or null
     */
    public record Secret(String password, byte[] sha256, byte[] salt) {

        /** Without the password. */
        @Override
        public String toString() {
            return "Secret";
        }
    }

    /** @param key 32 bytes or more; or null */
    public Credentials(byte[] key) {
        if (key != null && key.length < BYTES) {
            throw new IllegalArgumentException("a key has " + BYTES + " bytes or more");
        }
        this.keys = key == null ? List::of : () -> List.of(key);
    }

    private Credentials(Supplier<List<byte[]>> keys) {
        this.keys = keys;
    }

    /**
     * By keys that change.
     *
     * @param keys each of 32 bytes or more: the first makes passwords, all of them can make theirs again
     */
    public static Credentials ofKeys(Supplier<List<byte[]>> keys) {
        return new Credentials(keys);
    }

    /** A password that there has not been. */
    public Secret fresh() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        List<byte[]> now = keys.get();
        byte[] salt = now.isEmpty() ? null : bytes;
        String password = salt == null ? TEXT.encodeToString(bytes) : password(now.get(0), salt);
        return new Secret(password, sha256(password), salt);
    }

    /**
     * Makes a password again.
     *
     * @return null where it was made without one of these keys
     */
    public String recover(byte[] salt, byte[] sha256) {
        if (salt == null) {
            return null;
        }
        return keys.get().stream()
                .map(key -> password(key, salt))
                .filter(password -> matches(password, sha256))
                .findFirst()
                .orElse(null);
    }

    /** A name for a user that no other has: it begins with that of its tenant and device, as far as they fit. */
    public String userName(String tenant, String device) {
        StringBuilder name =
                new StringBuilder(part(tenant)).append('-').append(part(device)).append('-');
        for (int i = 0; i < SUFFIX_LENGTH; i++) {
            name.append(SUFFIX_DIGITS.charAt(random.nextInt(SUFFIX_DIGITS.length())));
        }
        return name.toString();
    }

    /** Whether a password is the one, in a time that does not tell how much of it was right. */
    public static boolean matches(String password, byte[] sha256) {
        return MessageDigest.isEqual(sha256(password), sha256);
    }

    public static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String password(byte[] key, byte[] salt) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update("caravan mqtt password".getBytes(StandardCharsets.US_ASCII));
            return TEXT.encodeToString(mac.doFinal(salt));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    private static String part(String name) {
        String clean = name.replaceAll("[^A-Za-z0-9]+", "_");
        return clean.substring(0, Math.min(clean.length(), LONGEST_PART));
    }
}
