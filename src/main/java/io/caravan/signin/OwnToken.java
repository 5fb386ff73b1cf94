package io.caravan.signin;

import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import io.caravan.tenant.Identity;
import io.caravan.tenant.Role;
import io.caravan.tenant.TokenIssuer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** What the commands that ask the API sign in with. Stateless. */
public final class OwnToken {

    private static final Duration LIFETIME = Duration.ofHours(12);

    private OwnToken() {}

    /**
     * The token that is configured ({@code caravan.token}), or else an admin's, made with the secret of the settings or of a demo on
     * this machine; empty where there is none of them.
     *
     * @param data the folder of that demo
     * @param subject who asks, for the audit log
     * @throws UserError when a value of {@code caravan.auth.*} cannot be used
     */
    public static Optional<String> of(Settings settings, Path data, String subject) {
        String configured = settings.text("caravan.token", null);
        if (configured != null || !SignInSettings.isOn(settings)) {
            return Optional.ofNullable(configured);
        }
        Optional<TokenIssuer> issuer = SignInSettings.issuer(DemoSecrets.find(settings, data));
        return issuer.map(made -> made.issue(new Identity(null, Role.ADMIN, subject), LIFETIME));
    }
}
