package io.caravan.signin;

import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import io.caravan.tenant.Grants;
import io.caravan.tenant.TokenIssuer;
import io.caravan.tenant.TokenVerifier;
import io.caravan.tenant.TokenVerifier.Expected;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** What makes tokens, and what verifies them, as {@code caravan.auth.*} says. Stateless. */
public final class SignInSettings {

    private static final String SECRET = "caravan.auth.secret";
    private static final String MASTER_KEY = "caravan.auth.master-key";
    private static final int SHORTEST_KEY = 16;
    private static final String KEYS = "caravan.auth.oidc.jwks-url";
    private static final Duration LONGEST_LIFE = Duration.ofDays(366);

    private SignInSettings() {}

    /** Whether users of the API sign in. */
    public static boolean isOn(Settings settings) {
        return settings.flag("caravan.auth.enabled");
    }

    /**
     * What verifies tokens: ours, an issuer's, or both.
     *
     * @param grants what tokens of applications must still be given for
     * @throws UserError when neither is configured, or a value cannot be used
     */
    public static List<TokenVerifier> verifiers(Settings settings, Grants grants) {
        List<TokenVerifier> verifiers = new ArrayList<>();
        if (settings.text(SECRET, null) != null) {
            verifiers.add(TokenVerifier.ofSecrets(
                    Expected.own(settings.text("caravan.auth.issuer"), settings.text("caravan.auth.audience")),
                    secrets(settings),
                    grants));
        }
        if (settings.text(KEYS, null) != null) {
            verifiers.add(TokenVerifier.ofIssuer(
                    new Expected(
                            settings.text("caravan.auth.oidc.issuer"),
                            settings.text("caravan.auth.oidc.audience"),
                            settings.text("caravan.auth.oidc.roles-claim")),
                    address(settings)));
        }
        if (verifiers.isEmpty()) {
            throw new UserError("Nobody could sign in: set " + SECRET
                    + " (32 characters or more, as `openssl rand -base64 32` makes them; " + Settings.variableOf(SECRET)
                    + "_FILE names a file with it), or " + KEYS
                    + "; or caravan.auth.enabled=false, for an API that is open to whoever reaches it");
        }
        return verifiers;
    }

    /** What makes tokens; empty where there is no secret to sign them with. */
    public static Optional<TokenIssuer> issuer(Settings settings) {
        return settings.text(SECRET, null) == null
                ? Optional.empty()
                : Optional.of(new TokenIssuer(
                        settings.text("caravan.auth.issuer"),
                        settings.text("caravan.auth.audience"),
                        secrets(settings)));
    }

    /**
     * The key of {@code POST /api/generate-token}; null where there is none.
     *
     * @throws UserError when it is short enough to be guessed
     */
    public static Supplier<String> masterKey(Settings settings) {
        if (settings.text(MASTER_KEY, null) == null) {
            return null;
        }
        return settings.secret(MASTER_KEY, key -> {
            if (key.length() < SHORTEST_KEY) {
                throw new UserError(MASTER_KEY + " must have " + SHORTEST_KEY + " characters or more");
            }
            return key;
        });
    }

    /** How long a token is good that the API makes. */
    public static Duration lifetime(Settings settings) {
        return lifetime("caravan.auth.token-lifetime", settings.duration("caravan.auth.token-lifetime"));
    }

    public static Duration lifetime(String key, Duration lifetime) {
        if (lifetime.toSeconds() < 1 || lifetime.compareTo(LONGEST_LIFE) > 0) {
            throw new UserError(key + " must be from 1s to " + LONGEST_LIFE.toDays() + "d");
        }
        return lifetime;
    }

    /** Several are separated by spaces or lines: the first signs, all are good. */
    private static Supplier<List<SecretKey>> secrets(Settings settings) {
        return settings.secret(SECRET, SignInSettings::keys);
    }

    private static List<SecretKey> keys(String text) {
        return Arrays.stream(text.split("\\s+")).map(SignInSettings::key).toList();
    }

    private static SecretKey key(String secret) {
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < TokenVerifier.SHORTEST_SECRET) {
            throw new UserError(SECRET + " must have " + TokenVerifier.SHORTEST_SECRET
                    + " characters or more, without spaces, as `openssl rand -base64 32` makes them");
        }
        return new SecretKeySpec(bytes, "HmacSHA256");
    }

    private static URL address(Settings settings) {
        String text = settings.text(KEYS);
        try {
            URL url = URI.create(text).toURL();
            boolean local = List.of("localhost", "127.0.0.1", "[::1]").contains(url.getHost());
            if (url.getProtocol().equals("https") || url.getProtocol().equals("http") && local) {
                return url;
            }
        } catch (IllegalArgumentException | MalformedURLException e) {
            // told below
        }
        throw new UserError(
                KEYS + " must be an address such as https://id.example.org/keys (http on this machine only)");
    }
}
