package io.caravan.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
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
import io.caravan.health.Dependency;
import io.caravan.health.Health;
import io.caravan.ledger.LedgerReader;
import io.caravan.ledger.Ledgers;
import io.caravan.limits.Limits;
import io.caravan.limits.TenantLimits;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.Patience;
import io.caravan.registry.TableChanges;
import io.caravan.tenant.Credentials;
import io.caravan.tenant.Grants;
import io.caravan.tenant.TokenIssuer;
import io.caravan.tenant.TokenVerifier;
import io.caravan.window.TypeWidths;
import io.caravan.window.Widths;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.apache.camel.main.Main;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

/** The API's own route files, served on a free port over a given database. */
final class ApiServer implements AutoCloseable {

    /** What signs the tokens that applications get. */
    static final SecretKey SECRET =
            new SecretKeySpec("the secret of a test of the routes".getBytes(StandardCharsets.UTF_8), "HmacSHA256");

    static final String MASTER_KEY = "the-master-key-of-tests";

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** The origin of pages that may ask. */
    static final String PAGE = "https://page.example";

    final Main main = new Main();
    private final HttpClient client = HttpClient.newHttpClient();
    final int port;
    final Grants grants = new Grants();
    final TenantLimits limits = new TenantLimits(new Limits(null, 100_000, null));
    private final HikariDataSource database;
    private final HikariDataSource tenants;
    private final Health health;
    private final Ledgers ledgers;
    private final AuditLog audit;
    private final TableChanges grantChanges;

    /** Nothing answers at port 1, which is reserved. */
    ApiServer(String jdbcUrl, Dependency... dependencies) throws Exception {
        this(jdbcUrl, "127.0.0.1:1", dependencies);
    }

    /** Nobody has to sign in. */
    ApiServer(String jdbcUrl, String kafka, Dependency... dependencies) throws Exception {
        this(jdbcUrl, kafka, List.of(), dependencies);
    }

    ApiServer(String jdbcUrl, String kafka, List<TokenVerifier> verifiers, Dependency... dependencies)
            throws Exception {
        this(jdbcUrl, kafka, verifiers, Integer.MAX_VALUE, dependencies);
    }

    /** @param tries how often an address may try to sign in, in a minute */
    ApiServer(String jdbcUrl, String kafka, List<TokenVerifier> verifiers, int tries, Dependency... dependencies)
            throws Exception {
        this(jdbcUrl, kafka, verifiers, tries, Duration.ofMinutes(1), dependencies);
    }

    /** @param timeLimit how long a request may take */
    ApiServer(
            String jdbcUrl,
            String kafka,
            List<TokenVerifier> verifiers,
            int tries,
            Duration timeLimit,
            Dependency... dependencies)
            throws Exception {
        port = freePort();
        database = new HikariDataSource(pool(jdbcUrl));
        grantChanges = new TableChanges(TableChanges.APPLICATIONS, jdbcUrl, "postgres", () -> "");
        HikariConfig pool = pool(jdbcUrl);
        pool.setConnectionInitSql(TenantStatement.SESSION);
        tenants = new HikariDataSource(pool);
        health = new Health(List.of(dependencies));
        ledgers = new Ledgers(new LedgerReader(
                ApiServer::noKafka, database, Path.of("sql", "select-ledger.sql"), "iot.raw", "iot.enriched")::read);
        DeviceRegistry registry = new DeviceRegistry(Path.of("config/device-registry.json"));
        Patience patience = new Patience(registry, Duration.ofMinutes(1));
        main.bind("caravan", database);
        main.bind("caravanApi", tenants);
        main.bind("tenantOfRequest", new TenantStatement());
        main.bind("signIn", new SignIn(port, verifiers, new Tries(tries)));
        main.bind("grants", grants);
        main.bind("grantChanges", grantChanges);
        main.bind("tenantLimits", limits);
        main.bind("callLimits", new CallLimits(port, limits));
        main.bind("apiLimits", new LimitsOfTenant(limits));
        audit = new AuditLog(tenants, new SimpleMeterRegistry());
        main.bind("apiAudit", new Audit(port, audit));
        main.bind("edge", new Edge(port, List.of(PAGE), timeLimit.toMillis(), 100_000));
        main.bind("documentationPage", new DocumentationPage(port));
        main.bind("openApi", new OpenApi());
        main.bind("coverage", new StepCoverage());
        main.bind("apiDevices", new Devices(patience));
        Credentials credentials = new Credentials(null);
        int deviceCap = 1_000;
        Onboarding onboarding = new Onboarding(patience, credentials, deviceCap);
        main.bind("apiOnboarding", onboarding);
        main.bind("apiGateways", new Gateways(credentials));
        main.bind("apiProvisioning", new SelfProvisioning(onboarding));
        main.bind("apiDeviceImport", new DeviceImport(credentials, deviceCap));
        main.bind("apiCommands", new DeviceCommands("iot.commands"));
        main.bind("apiReadings", new Readings());
        main.bind("apiEvents", new Events());
        main.bind("apiPresence", new Presence(patience));
        main.bind("apiTrendStatistics", new TrendStatistics());
        main.bind("apiAggregates", new Aggregates(TypeWidths.forAll(Widths.parse("1m,5m"))));
        main.bind("apiDeadLetters", new DeadLetters());
        main.bind("apiReplays", new Replays());
        main.bind("apiF2Templates", new F2Templates());
        main.bind("apiF2Controllers", new F2Controllers());
        main.bind("apiApplications", new Applications());
        main.bind("apiApplicationChanges", new ApplicationChanges(registry, 20));
        main.bind(
                "apiApplicationTokens",
                new ApplicationTokens(
                        new TokenIssuer("caravan", "caravan", () -> List.of(SECRET)), Duration.ofMinutes(15)));
        main.bind(
                "apiGeneratedTokens",
                new GeneratedTokens(
                        () -> MASTER_KEY,
                        new TokenIssuer("caravan", "caravan", () -> List.of(SECRET)),
                        Duration.ofHours(1)));
        main.bind("apiTenants", new Tenants());
        main.bind("apiPlaces", new Places());
        main.bind("apiPlaceEntries", new PlaceEntries());
        main.bind("apiIngest", new Ingest(new EventDecoder(ZoneOffset.UTC), "iot.raw", 100_000, 2_000));
        main.bind("apiTypes", new Types(registry));
        main.bind("apiLedger", new LedgerAnswer(ledgers, "iot.enriched"));
        main.bind("apiProblems", new Problems());
        main.bind("apiUnknownPaths", new UnknownPaths());
        main.bind("health", health);
        main.addInitialProperty(
                "camel.main.routesIncludePattern", "file:routes/api.camel.yaml,file:routes/api-*.camel.yaml");
        main.addInitialProperty("caravan.http.host", "127.0.0.1");
        main.addInitialProperty("caravan.http.port", Integer.toString(port));
        main.addInitialProperty("caravan.topic.raw", "iot.raw");
        main.addInitialProperty("caravan.topic.commands", "iot.commands");
        main.addInitialProperty("camel.component.kafka.brokers", kafka);
        main.addInitialProperty("camel.component.kafka.batchWithIndividualHeaders", "true");
        main.addInitialProperty(
                "camel.component.kafka.valueSerializer", "org.apache.kafka.common.serialization.ByteArraySerializer");
        main.addInitialProperty("camel.server.enabled", "true");
        main.addInitialProperty("camel.server.host", "127.0.0.1");
        main.addInitialProperty("camel.server.port", Integer.toString(port));
        main.setPropertyPlaceholderLocations("false");
        main.start();
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return send("GET", path, headers);
    }

    HttpResponse<String> send(String method, String path, String... headers) throws IOException, InterruptedException {
        return send(method, path, HttpRequest.BodyPublishers.noBody(), headers);
    }

    HttpResponse<String> send(String method, String path, byte[] body, String... headers)
            throws IOException, InterruptedException {
        return send(method, path, HttpRequest.BodyPublishers.ofByteArray(body), headers);
    }

    HttpResponse<String> post(String path, byte[] body, String... headers) throws IOException, InterruptedException {
        return send("POST", path, HttpRequest.BodyPublishers.ofByteArray(body), headers);
    }

    HttpResponse<String> put(String path, byte[] body, String... headers) throws IOException, InterruptedException {
        return send("PUT", path, HttpRequest.BodyPublishers.ofByteArray(body), headers);
    }

    private HttpResponse<String> send(String method, String path, HttpRequest.BodyPublisher body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofMinutes(1))
                .method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    static JsonNode json(HttpResponse<String> response) throws IOException {
        return MAPPER.readTree(response.body());
    }

    @Override
    public void close() {
        main.stop();
        grantChanges.close();
        audit.close();
        health.close();
        ledgers.close();
        tenants.close();
        database.close();
    }

    private static HikariConfig pool(String jdbcUrl) {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(jdbcUrl);
        pool.setUsername("postgres");
        pool.setConnectionTimeout(5_000); // as that of the application
        pool.setInitializationFailTimeout(-1);
        return pool;
    }

    private static Admin noKafka() {
        throw new KafkaException("no broker");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
