package io.caravan;

import io.caravan.api.Aggregates;
import io.caravan.api.ApplicationChanges;
import io.caravan.api.ApplicationTokens;
import io.caravan.api.Applications;
import io.caravan.api.Audit;
import io.caravan.api.AuditLog;
import io.caravan.api.CallLimits;
import io.caravan.api.DeadLetters;
import io.caravan.api.DeviceCommands;
import io.caravan.api.DeviceImport;
import io.caravan.api.Devices;
import io.caravan.api.DocumentationPage;
import io.caravan.api.Edge;
import io.caravan.api.Events;
import io.caravan.api.F2Controllers;
import io.caravan.api.F2Templates;
import io.caravan.api.Gateways;
import io.caravan.api.GeneratedTokens;
import io.caravan.api.Ingest;
import io.caravan.api.LedgerAnswer;
import io.caravan.api.LimitsOfTenant;
import io.caravan.api.Onboarding;
import io.caravan.api.OpenApi;
import io.caravan.api.PlaceEntries;
import io.caravan.api.Places;
import io.caravan.api.Presence;
import io.caravan.api.Problems;
import io.caravan.api.Readings;
import io.caravan.api.Replays;
import io.caravan.api.SelfProvisioning;
import io.caravan.api.SignIn;
import io.caravan.api.TenantStatement;
import io.caravan.api.Tenants;
import io.caravan.api.TrendStatistics;
import io.caravan.api.Tries;
import io.caravan.api.Types;
import io.caravan.api.UnknownPaths;
import io.caravan.decode.EventDecoder;
import io.caravan.health.Health;
import io.caravan.ledger.Ledgers;
import io.caravan.limits.TenantLimits;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.Patience;
import io.caravan.registry.TableChanges;
import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import io.caravan.signin.SignInSettings;
import io.caravan.tenant.Credentials;
import io.caravan.tenant.Grants;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import javax.sql.DataSource;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;

/** The beans that the routes of the stage api name, and the server that they are served by. */
final class ApiBeans {

    /** What works on its own. */
    record ToClose(AuditLog audit, TableChanges grants) implements AutoCloseable {
        @Override
        public void close() {
            grants.close();
            audit.close();
        }
    }

    private ApiBeans() {}

    /**
     * Binds them.
     *
     * @param database where sessions have the rights of the API
     * @return to be closed after the routes
     */
    static ToClose bind(
            BiConsumer<String, Object> beans,
            Settings settings,
            DeviceRegistry registry,
            Patience patience,
            Ledgers ledgers,
            TenantLimits limits,
            DataSource database,
            MeterRegistry meters,
            Health health) {
        beans.accept("apiDevices", new Devices(patience));
        Credentials credentials = CredentialsKey.of(settings);
        int deviceCap = settings.number("caravan.devices.cap", 1, Integer.MAX_VALUE);
        Onboarding onboarding = new Onboarding(patience, credentials, deviceCap);
        beans.accept("apiOnboarding", onboarding);
        beans.accept("apiProvisioning", new SelfProvisioning(onboarding));
        beans.accept("apiGateways", new Gateways(credentials));
        beans.accept("apiDeviceImport", new DeviceImport(credentials, deviceCap));
        beans.accept("apiCommands", new DeviceCommands(settings.text("caravan.topic.commands")));
        beans.accept("apiReadings", new Readings());
        beans.accept("apiEvents", new Events());
        beans.accept("apiPresence", new Presence(patience));
        beans.accept("apiTrendStatistics", new TrendStatistics());
        beans.accept("apiAggregates", new Aggregates(WindowBeans.widths(settings, registry)));
        beans.accept("apiDeadLetters", new DeadLetters());
        beans.accept("apiReplays", new Replays());
        beans.accept("apiF2Templates", new F2Templates());
        beans.accept("apiF2Controllers", new F2Controllers());
        bindApplications(beans, settings, registry);
        beans.accept(
                "apiGeneratedTokens",
                new GeneratedTokens(
                        SignInSettings.masterKey(settings),
                        SignInSettings.issuer(settings).orElse(null),
                        SignInSettings.lifetime(settings)));
        beans.accept("apiTenants", new Tenants());
        beans.accept("apiPlaces", new Places());
        beans.accept("apiPlaceEntries", new PlaceEntries());
        beans.accept("apiIngest", ingest(settings));
        beans.accept("apiTypes", new Types(registry));
        beans.accept("apiLedger", new LedgerAnswer(ledgers, settings.text("caravan.topic.enriched")));
        beans.accept("apiProblems", new Problems());
        beans.accept("health", health);
        beans.accept("tenantOfRequest", new TenantStatement());
        int port = settings.port("caravan.http.port");
        Grants grants = new Grants();
        TableChanges grantChanges = EnrichBeans.changes(TableChanges.APPLICATIONS, settings);
        beans.accept("grants", grants);
        beans.accept("grantChanges", grantChanges);
        beans.accept(
                "signIn",
                new SignIn(
                        port,
                        SignInSettings.isOn(settings) ? SignInSettings.verifiers(settings, grants) : List.of(),
                        new Tries(settings.number("caravan.limits.tries-per-minute", 1, 1_000_000))));
        beans.accept(
                "edge",
                new Edge(
                        port,
                        origins(settings),
                        settings.duration("caravan.http.time-limit").toMillis(),
                        ingestBytes(settings)));
        beans.accept("documentationPage", new DocumentationPage(port));
        beans.accept("openApi", new OpenApi());
        beans.accept("callLimits", new CallLimits(port, limits));
        beans.accept("apiLimits", new LimitsOfTenant(limits));
        beans.accept("unknownPaths", new UnknownPaths());

        // Camel looks for its router by this port, which would be the management server's otherwise.
        VertxPlatformHttpServerConfiguration server = new VertxPlatformHttpServerConfiguration();
        server.setBindPort(port);
        beans.accept("restServer", server);
        AuditLog log = new AuditLog(database, meters);
        beans.accept("apiAudit", new Audit(port, log));
        return new ToClose(log, grantChanges);
    }

    private static void bindApplications(BiConsumer<String, Object> beans, Settings settings, DeviceRegistry registry) {
        String key = "caravan.applications.token-validity";
        Duration validity = settings.duration(key);
        if (validity.toMinutes() < 1 || validity.compareTo(Duration.ofHours(1)) > 0) {
            throw new UserError(key + " must be from 1m to 1h");
        }
        int most = settings.number("caravan.applications.cap", 1, 1_000);
        beans.accept("apiApplications", new Applications());
        beans.accept("apiApplicationChanges", new ApplicationChanges(registry, most));
        beans.accept(
                "apiApplicationTokens",
                new ApplicationTokens(SignInSettings.issuer(settings).orElse(null), validity));
    }

    private static List<String> origins(Settings settings) {
        String key = "caravan.http.cors.origins";
        String text = settings.text(key);
        if (text.equals("off")) {
            return List.of();
        }
        List<String> origins = List.of(text.split("\\s*,\\s*"));
        for (String origin : origins) {
            if (!origin.matches("https?://[^\\s/?#@*]+")) {
                throw new UserError(
                        key + " must be off, or origins such as https://example.org, separated by commas; not '"
                                + origin + "'");
            }
        }
        return origins;
    }

    private static Ingest ingest(Settings settings) {
        return new Ingest(
                new EventDecoder(settings.zone("caravan.dialect.events.zone")),
                settings.text("caravan.topic.raw"),
                ingestBytes(settings),
                settings.number("caravan.ingest.max-payload-bytes", 1_024, KafkaSizes.LARGEST_RECORD));
    }

    private static int ingestBytes(Settings settings) {
        return settings.number("caravan.http.ingest.max-bytes", 1_024, KafkaSizes.LARGEST_RECORD);
    }
}
