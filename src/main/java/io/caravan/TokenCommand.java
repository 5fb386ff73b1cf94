package io.caravan;

import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import io.caravan.signin.DataOption;
import io.caravan.signin.DemoSecrets;
import io.caravan.signin.SignInSettings;
import io.caravan.simulator.DurationConverter;
import io.caravan.tenant.Identity;
import io.caravan.tenant.Role;
import io.caravan.tenant.TokenIssuer;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code caravan token}. */
@Command(
        name = "token",
        description = {
            "Prints a token that signs in at the API: Authorization: Bearer <token>.",
            "It is signed with caravan.auth.secret, or with the secret that the demo has made."
        },
        mixinStandardHelpOptions = true)
final class TokenCommand implements Callable<Integer> {

    @Mixin
    private ConfigOption config;

    @Option(
            names = "--tenant",
            paramLabel = "TENANT",
            description = "Whose data it reads and changes. Default: default; for the role admin none, which is all.")
    private String tenant;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            defaultValue = "operator",
            description =
                    "admin (all tenants), operator (reads and changes) or viewer (reads). Default: ${DEFAULT-VALUE}.")
    private String role;

    @Option(
            names = "--subject",
            paramLabel = "NAME",
            description = "For whom it is; the audit log has it. Default: user-<tenant>.")
    private String subject;

    @Option(
            names = "--lifetime",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "How long it is good, 1s to 366d. Default: caravan.auth.token-lifetime.")
    private Duration lifetime;

    @Mixin
    private DataOption data;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Settings settings = DemoSecrets.find(config.settings(), data.folder());
        TokenIssuer issuer = SignInSettings.issuer(settings)
                .orElseThrow(
                        () -> new UserError(
                                "caravan.auth.secret is not set, and no demo has made one in " + data.folder()
                                        + " (with --open nobody has to sign in, and there is none): start the demo first, name the folder of its data with --data, or give the secret as CARAVAN_AUTH_SECRET_FILE"));
        Duration life =
                lifetime == null ? SignInSettings.lifetime(settings) : SignInSettings.lifetime("--lifetime", lifetime);
        spec.commandLine().getOut().println(issuer.issue(identity(), life));
        return 0;
    }

    private Identity identity() {
        Role chosen = Role.of(role)
                .filter(known -> known != Role.APP)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "--role must be admin, operator or viewer, not '" + role + "'"));
        String whose = tenant == null && chosen != Role.ADMIN ? "default" : tenant;
        String who = subject != null ? subject : "user-" + (whose == null ? chosen.label() : whose);
        return new Identity(whose, chosen, who);
    }
}
