package io.caravan.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.Patience;
import io.caravan.embedded.EmbeddedKafka;
import io.caravan.it.Rows;
import io.caravan.store.Postgres;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** POST /api/ingest, on a real Kafka and a real database. */
class IngestApiTest {

    private static final String NDJSON = "application/x-ndjson";
    private static final TopicPartition RAW = new TopicPartition("iot.raw", 0);

    @TempDir
    static Path folder;

    private static EmbeddedKafka kafka;
    private static Rows database;
    private static ApiServer api;
    private static KafkaConsumer<String, byte[]> raw;

    @BeforeAll
    static void start() throws Exception {
        kafka = EmbeddedKafka.start(folder, 0);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.kafkaBrokers()))) {
            admin.createTopics(List.of(new NewTopic("iot.raw", 1, (short) 1)))
                    .all()
                    .get();
        }
        database = Postgres.migrated();
        api = new ApiServer(database.jdbcUrl(), kafka.kafkaBrokers());
        raw = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.kafkaBrokers()),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        raw.assign(List.of(RAW));
    }

    @AfterAll
    static void stop() throws Exception {
        raw.close();
        api.close();
        kafka.close();
    }

    @BeforeEach
    void forget() throws Exception {
        raw.seekToEnd(List.of(RAW));
        raw.position(RAW);
        database.execute("TRUNCATE ingest_requests, devices, latest");
    }

    @Test
    void anEventIsInKafkaAsItCameBeforeItsReceiptIsOut() throws Exception {
        HttpResponse<String> answer = post(" " + event("d1", 7) + "\n");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        JsonNode receipt = ApiServer.json(answer);
        assertThat(receipt.get("accepted").intValue()).isEqualTo(1);
        assertThat(receipt.get("id").textValue()).hasSize(36);
        assertThat(receipt.get("received_at").textValue()).endsWith("Z");
        ConsumerRecord<String, byte[]> stored = read(1).get(0);
        assertThat(new String(stored.value(), UTF_8)).isEqualTo(event("d1", 7));
        assertThat(stored.key()).isEqualTo("default/d1");
        assertThat(header(stored, "dialect")).isEqualTo("events");
        assertThat(header(stored, "mqtt-topic")).isEqualTo("/api/ingest");
        assertThat(header(stored, "received-at")).hasSize(16);
        assertThat(header(stored, "tenant")).isNull();
        assertThat(stored.headers().toArray()).hasSize(3);
    }

    @Test
    void anArrayAndLinesAreAnEventEach() throws Exception {
        assertThat(accepted(post("[ " + event("a", 1) + " ,\n" + event("b", 2) + "]")))
                .isEqualTo(2);
        assertThat(accepted(post(
                        event("c", 3) + "\r\n\n  " + event("d", 4) + "\n" + event("e", 5),
                        "Content-Type",
                        NDJSON + "; charset=utf-8")))
                .isEqualTo(3);

        assertThat(read(5))
                .extracting(record -> new String(record.value(), UTF_8))
                .containsExactly(event("a", 1), event("b", 2), event("c", 3), event("d", 4), event("e", 5));
    }

    @Test
    void theTenantOfTheRequestIsThatOfAllItsEvents() throws Exception {
        api.post("/api/ingest?tenant=acme", event("d1", 1).getBytes(UTF_8));
        post("{\"tenant_id\":\"own\"," + event("d1", 1).substring(1));

        assertThat(read(2)).extracting(ConsumerRecord::key).containsExactly("acme/d1", "own/d1");
        assertThat(api.post("/api/ingest?tenant=a&x=1", event("d1", 1).getBytes(UTF_8))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void theOlderFormWithoutIdIsTakenAsWell() throws Exception {
        assertThat(
                        accepted(
                                post(
                                        """
                                {"device_id":"dev-1-1-1","site_id":"site-01","zone_id":"zone-01","sensor_type":"co2","value":900,
                                 "timestamp":"2026-11-21T10:15:30"}""")))
                .isEqualTo(1);
    }

    @Test
    void oneBadEventHasNoneTakenAndIsNamed() throws Exception {
        HttpResponse<String> lines = post(
                event("a", 1) + "\n\n{\"device_id\":\"b\",\"sensor_type\":\"co2\",\"value\":\"high\"}\n{broken\n",
                "Content-Type",
                NDJSON);

        assertThat(lines.statusCode()).isEqualTo(400);
        assertThat(lines.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode errors = ApiServer.json(lines).get("errors");
        assertThat(errors).hasSize(2);
        assertThat(errors.get(0).toString())
                .isEqualTo(
                        "{\"line\":3,\"field\":\"value\",\"reason\":\"invalid-value\",\"detail\":\"the value must be a number that a double holds\"}");
        assertThat(errors.get(1).get("line").intValue()).isEqualTo(4);
        assertThat(errors.get(1).get("reason").textValue()).isEqualTo("malformed-json");

        JsonNode array = ApiServer.json(post("[" + event("a", 1) + ", 7, {\"device_id\":\"b\",\"value\":1}]"));
        assertThat(array.at("/errors/0/index").intValue()).isEqualTo(1);
        assertThat(array.at("/errors/0/reason").textValue()).isEqualTo("not-an-object");
        assertThat(array.at("/errors/1/index").intValue()).isEqualTo(2);
        assertThat(array.at("/errors/1/field").textValue()).isEqualTo("sensor_type");

        JsonNode one = ApiServer.json(post("{\"event_id\":\"7\"}"));
        assertThat(one.at("/errors/0").has("line")).isFalse();
        assertThat(one.at("/errors/0/field").textValue()).isEqualTo("event_id");
        assertThat(post(event("marker", 1)).statusCode()).isEqualTo(202);
        assertThat(read(1)).extracting(ConsumerRecord::key).containsExactly("default/marker");
    }

    @Test
    void atMostTwentyErrorsAreListed() throws Exception {
        JsonNode problem = ApiServer.json(post("{}\n".repeat(100), "Content-Type", NDJSON));

        assertThat(problem.get("errors")).hasSize(20);
        assertThat(problem.get("detail").textValue()).contains("20 errors");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  \n",
                "[]",
                "[",
                "[1",
                "[{}",
                "7",
                "\"x\"",
                "[]x",
                "{\"device_id\":",
                "\u0000",
                "[[[",
                "nonsense"
            })
    void whatIsNoEventIsRefused(String body) throws Exception {
        assertThat(post(body).statusCode()).as(body).isEqualTo(400);
    }

    @Test
    void aBodyOrAnEventThatIsTooLargeIsRefusedBeforeAnythingIsTaken() throws Exception {
        String event = event("d", 1);
        HttpResponse<String> body =
                post((event + "\n").repeat(100_001 / (event.length() + 1) + 1), "Content-Type", NDJSON);
        assertThat(body.statusCode()).isEqualTo(413);
        assertThat(ApiServer.json(body).get("detail").textValue()).contains("caravan.http.ingest.max-bytes");

        HttpResponse<String> large =
                post("[" + event + "," + event.replace("}", ",\"x\":\"" + "x".repeat(2_000) + "\"}") + "]");
        assertThat(large.statusCode()).isEqualTo(413);
        assertThat(ApiServer.json(large).at("/errors/0/index").intValue()).isEqualTo(1);
        assertThat(post(event("marker", 1)).statusCode()).isEqualTo(202);
        assertThat(read(1)).extracting(ConsumerRecord::key).containsExactly("default/marker");
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Type, text/plain, 415",
        "Content-Type, application/x-www-form-urlencoded, 415",
        "Content-Encoding, gzip, 415",
        "Origin, https://elsewhere.example, 403",
        "Idempotency-Key, with blank, 400"
    })
    void whatCannotBeReadOrTrustedIsRefused(String header, String value, int status) throws Exception {
        HttpResponse<String> answer = post(event("d", 1), header, value);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    }

    @Test
    void aRequestThatIsNamedIsDoneOnce() throws Exception {
        String body = event("a", 1) + "\n" + event("b", 2);
        HttpResponse<String> first = post(body, "Content-Type", NDJSON, "Idempotency-Key", "k1");
        HttpResponse<String> again = post(body, "content-type", NDJSON, "idempotency-key", "k1");
        HttpResponse<String> other = post(event("c", 3), "Idempotency-Key", "k1");
        HttpResponse<String> elsewhere =
                api.post("/api/ingest?tenant=acme", event("c", 3).getBytes(UTF_8), "Idempotency-Key", "k1");

        assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(elsewhere.statusCode()).isEqualTo(202);
        assertThat(read(3)).extracting(ConsumerRecord::key).containsExactly("default/a", "default/b", "acme/c");
    }

    @Test
    void aNamedRequestThatDiedBeforeItsEndIsDoneAgainAsTheSameOne() throws Exception {
        String first = post(event("a", 1), "Idempotency-Key", "k2").body();
        database.execute("UPDATE ingest_requests SET completed = false");

        String again = post(event("a", 1), "Idempotency-Key", "k2").body();

        assertThat(again).isEqualTo(first);
        List<ConsumerRecord<String, byte[]>> records = read(2);
        assertThat(header(records.get(1), "received-at")).isEqualTo(header(records.get(0), "received-at"));
    }

    @Test
    void withoutKafkaOrDatabaseTheClientIsToldWhenToComeAgain() throws Exception {
        try (ApiServer alone = new ApiServer("jdbc:postgresql://127.0.0.1:1/caravan")) {
            for (String[] headers : new String[][] {{"Idempotency-Key", "k"}, {}}) {
                HttpResponse<String> answer =
                        alone.post("/api/ingest", event("a", 1).getBytes(UTF_8), headers);
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
                assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
                assertThat(ApiServer.json(answer).get("detail").textValue())
                        .isEqualTo((headers.length > 0 ? "The database" : "Kafka") + " is not available");
            }
        }
    }

    @Test
    void sitesZonesAndSensorTypesAreListedByName() throws Exception {
        database.execute(
                """
                INSERT INTO devices (tenant_id, device_id, label, device_type, site_id, zone_id)
                SELECT 'default', 'd' || n, '', 't', CASE WHEN n < 9 THEN 'site-' || n % 2 END, CASE WHEN n <> 8 THEN 'zone-' || n % 3 END
                FROM generate_series(1, 9) AS n;
                INSERT INTO devices (tenant_id, device_id, label, device_type, site_id, zone_id) VALUES ('acme', 'x', '', 't', 'theirs', 'z');
                INSERT INTO latest (tenant_id, device_id, metric, ts, seq, value, unit, quality)
                SELECT 'default', 'd' || n, metric, moment(n * 1000000), 0, 1, CASE metric WHEN 'co2' THEN 'ppm' ELSE '' END, 0
                FROM generate_series(1, 8) AS n, unnest(ARRAY['co2', 'occupancy']) AS metric WHERE metric = 'co2' OR n = 3""");

        assertThat(api.get("/api/sites").body())
                .isEqualTo(
                        "[{\"site_id\":\"site-0\",\"zones\":3,\"devices\":4},{\"site_id\":\"site-1\",\"zones\":3,\"devices\":4}]");
        assertThat(api.get("/api/zones?site=site-0").body())
                .isEqualTo(
                        "[{\"site_id\":\"site-0\",\"zone_id\":\"zone-0\",\"devices\":1},{\"site_id\":\"site-0\",\"zone_id\":\"zone-1\",\"devices\":1},{\"site_id\":\"site-0\",\"zone_id\":\"zone-2\",\"devices\":1}]");
        assertThat(api.get("/api/sensor-types").body())
                .isEqualTo(
                        "[{\"sensor_type\":\"co2\",\"unit\":\"ppm\",\"devices\":8,\"newest\":\"1970-01-01T00:00:08.000000Z\"},{\"sensor_type\":\"occupancy\",\"unit\":\"\",\"devices\":1,\"newest\":\"1970-01-01T00:00:03.000000Z\"}]");
        assertThat(ApiServer.json(api.get("/api/sensor-types?site=site-0"))).hasSize(1);
        assertThat(paged("/api/sites?limit=1", "/site_id")).containsExactly("site-0", "site-1");
        assertThat(paged("/api/zones?limit=2", "/zone_id"))
                .containsExactly("zone-0", "zone-0", "zone-1", "zone-2", "zone-0", "zone-1", "zone-2");
        assertThat(paged("/api/sensor-types?limit=1", "/sensor_type")).containsExactly("co2", "occupancy");
        assertThat(api.get("/api/sites?site=x").statusCode()).isEqualTo(400);
    }

    private static List<String> paged(String path, String member) throws Exception {
        List<String> found = new ArrayList<>();
        String next = path;
        while (next != null) {
            HttpResponse<String> page = api.get(next);
            ApiServer.json(page).forEach(row -> found.add(row.at(member).textValue()));
            next = page.headers()
                    .firstValue("Link")
                    .map(link -> link.substring(1, link.indexOf('>')))
                    .orElse(null);
        }
        return found;
    }

    private static String event(String device, int value) {
        return "{\"event_id\":\"3f0e1a52-8d5e-4c57-9a3f-%012d\",\"device_id\":\"%s\",\"sensor_type\":\"co2\",\"value\":%d}"
                .formatted(value, device, value);
    }

    private static HttpResponse<String> post(String body, String... headers) throws Exception {
        return api.post("/api/ingest", body.getBytes(UTF_8), headers);
    }

    private static int accepted(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return ApiServer.json(answer).get("accepted").intValue();
    }

    /** The records that have come, as many as are expected, which must be all. */
    private static List<ConsumerRecord<String, byte[]>> read(int expected) {
        List<ConsumerRecord<String, byte[]>> found = new ArrayList<>();
        long deadline = System.nanoTime() + Patience.LONGEST.toNanos();
        while (found.size() < expected && System.nanoTime() < deadline) {
            raw.poll(Duration.ofMillis(100)).forEach(found::add);
        }
        assertThat(raw.endOffsets(List.of(RAW))).containsEntry(RAW, raw.position(RAW));
        assertThat(found).hasSize(expected);
        return found;
    }

    private static String header(ConsumerRecord<?, ?> candidate, String name) {
        var header = candidate.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), UTF_8);
    }
}
