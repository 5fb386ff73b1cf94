package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.health.Dependency;
import io.caravan.health.Status;
import io.caravan.it.Rows;
import io.caravan.store.Postgres;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The API's route files as they are, over HTTP, on a real database. */
class ApiRoutesTest {

    private static final Pattern NEXT = Pattern.compile("<(.*)>; rel=\"next\"");
    private static final String TIME = "2026-11-21T10:15:30.123456Z";

    private static Rows database;

    @AutoClose
    private static ApiServer api;

    @BeforeAll
    static void start() throws Exception {
        database = Postgres.migrated();
        database.execute(
                """
                INSERT INTO devices (tenant_id, device_id, label, device_type, site_id, created_at, updated_at)
                VALUES ('default', 'd1', 'First', 'smart_breaker', 'site-1', '%1$s', '%1$s'),
                    ('default', 'a/b', 'Slash', 'unknown', null, '2026-11-20T00:00:00Z', now()),
                    ('default', 'ü %%', 'Unicode', 'unknown', null, '2026-11-19T00:00:00Z', now()),
                    ('other', 'd1', 'Foreign', 'unknown', null, '%1$s', now()),
                    ('default', 'paged', 'Paged', 'unknown', null, '2026-11-18T00:00:00Z', now());
                INSERT INTO presence (tenant_id, device_id, last_seen, online, ts, seq, since)
                VALUES ('default', 'd1', '%1$s', false, '%1$s', 1, '2026-11-21T10:00:00Z');
                INSERT INTO latest (tenant_id, device_id, metric, ts, seq, value, unit, quality)
                VALUES ('default', 'd1', 'voltage.phase_a', '%1$s', 1, 121.3, 'V', 0),
                    ('default', 'd1', 'current', '%1$s', 1, null, '', 2);
                INSERT INTO readings (tenant_id, device_id, metric, ts, seq, value, unit, quality)
                VALUES ('default', 'd1', 'voltage.phase_a', '%1$s', 1, 0.1::float8 + 0.2::float8, 'V', 1),
                    ('default', 'd1', 'current', '%1$s', 1, null, '', 2),
                    ('default', 'd1', 'current', '2026-11-21T10:15:29Z', 1, 5e-324, 'A', 0),
                    ('other', 'd1', 'foreign', '%1$s', 1, 7, '', 0);
                INSERT INTO events (tenant_id, device_id, ts, seq, kind, body)
                VALUES ('default', 'd1', '%1$s', 1, 'event', '{"door": "ü", "n": 1.10}');
                INSERT INTO ledger_positions (topic, partition, first, next)
                VALUES ('iot.enriched', 0, 0, 8), ('iot.enriched', 1, 0, 3);
                INSERT INTO ledger (tenant_id, topic, partition, forwarded, dead_lettered, duplicates)
                VALUES ('default', 'iot.enriched', 0, 4, 1, 2), ('other', 'iot.enriched', 0, 1, 0, 0),
                    ('default', 'iot.enriched', 1, 3, 0, 0);
                INSERT INTO dead_letters (origin_topic, origin_partition, origin_offset, tenant_id, device_id, dialect, topic,
                    stage, reason, detail, attempts, received_at, failed_at, payload, payload_length, payload_sha256)
                VALUES ('iot.raw', 0, 1, 'default', 'd1', 'iot', 'iot/d1/raw', 'enrich', 'invalid-json', 'no JSON', 2,
                        '%1$s', '%1$s', 'h\u00e9', 3, null),
                    ('iot.raw', 0, 2, 'default', null, 'building', 'building/x', 'ingest', 'payload-too-large', '', 1,
                        null, '%1$s', '\\x7c1e00', 2000000, 'abc'),
                    ('iot.raw', 0, 3, 'other', null, null, null, 'enrich', 'foreign', '', 1, null, '%1$s', '', 0, null);
                """
                        .formatted(TIME));
        api = new ApiServer(database.jdbcUrl(), new Dependency() {
            @Override
            public String name() {
                return "database";
            }

            @Override
            public Status check() {
                return new Status(true, "answers");
            }
        });
    }

    @Test
    void theLedgerOfATenantIsWhatTheStoreDidWithItsMessages() throws Exception {
        assertThat(api.get("/api/ledger?tenant=default").body())
                .isEqualTo(
                        """
                        {"tenant":"default","received":10,"forwarded":7,"dead_lettered":1,"duplicates":2}""");
        assertThat(ApiServer.json(api.get("/api/ledger?tenant=nobody"))
                        .get("received")
                        .longValue())
                .isZero();
    }

    @Test
    void withoutKafkaTheWholeLedgerCannotBeKnown() throws Exception {
        HttpResponse<String> response = api.get("/api/ledger");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(ApiServer.json(response).get("detail").textValue()).contains("Kafka");
    }

    @Test
    void devicesAreListedNewestFirst() throws Exception {
        HttpResponse<String> response = api.get("/api/devices");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json; charset=utf-8");
        assertThat(response.headers().firstValue("Link")).isEmpty();
        assertThat(texts(ApiServer.json(response), "device_id")).containsExactly("d1", "a/b", "ü %", "paged");
    }

    @Test
    void aDeviceTellsWhatItIsAndWhenItWasSeen() throws Exception {
        assertThat(api.get("/api/devices/d1").body())
                .isEqualTo(
                        """
                        {"device_id":"d1","label":"First","device_type":"smart_breaker","site_id":"site-1","zone_id":null,\
                        "tags":{},"parameters":{},"created_at":"%1$s","updated_at":"%1$s","last_seen":"%1$s","online":false}"""
                                .formatted(TIME));
    }

    @ParameterizedTest
    @CsvSource({"a%2Fb, a/b", "a%2fb, a/b", "%C3%BC%20%25, ü %"})
    void anIdInThePathIsPercentEncoded(String path, String id) throws Exception {
        assertThat(ApiServer.json(api.get("/api/devices/" + path))
                        .get("device_id")
                        .textValue())
                .isEqualTo(id);
        assertThat(api.get("/api/devices/" + path + "/latest").body()).isEqualTo("[]");
        assertThat(api.get("/api/readings?device=" + path).body()).isEqualTo("[]");
    }

    @Test
    void headersOfTheRequestChangeNothingAndDoNotComeBack() throws Exception {
        HttpResponse<String> response =
                api.get("/api/devices/d1", "id", "a/b", "tenant", "other", "X-Mine", "1", "CamelJdbcParameters", "1");

        assertThat(ApiServer.json(response).get("label").textValue()).isEqualTo("First");
        assertThat(response.headers().map().keySet())
                .isSubsetOf(
                        ":status",
                        "content-type",
                        "transfer-encoding",
                        "cache-control",
                        "etag",
                        "content-security-policy",
                        "referrer-policy",
                        "vary",
                        "x-content-type-options");
    }

    @Test
    void theLatestReadingsAreOnePerMetric() throws Exception {
        assertThat(api.get("/api/devices/d1/latest").body())
                .isEqualTo(
                        """
                        [{"device_id":"d1","metric":"current","timestamp":"%1$s","value":null,"unit":"","quality":"BAD"},\
                        {"device_id":"d1","metric":"voltage.phase_a","timestamp":"%1$s","value":121.3,"unit":"V",\
                        "quality":"GOOD"}]"""
                                .formatted(TIME));
    }

    @Test
    void readingsAreExactAndNewestFirst() throws Exception {
        JsonNode readings = ApiServer.json(api.get("/api/readings?device=d1"));

        assertThat(texts(readings, "metric")).containsExactly("voltage.phase_a", "current", "current");
        assertThat(readings.get(0).get("value").doubleValue()).isEqualTo(0.1 + 0.2);
        assertThat(readings.get(0).get("quality").textValue()).isEqualTo("UNCERTAIN");
        assertThat(readings.get(1).get("value").isNull()).isTrue();
        assertThat(readings.get(2).get("value").doubleValue()).isEqualTo(Double.MIN_VALUE);
        assertThat(readings.get(2).get("timestamp").textValue()).isEqualTo("2026-11-21T10:15:29.000000Z");
    }

    @ParameterizedTest
    @CsvSource({
        "metric=current,                                                2",
        "metric=curren,                                                 0",
        "from=2026-11-21T10:15:30.123456Z,                              2",
        "to=2026-11-21T10:15:30.123456Z,                                1",
        "from=1795256129&to=1795256130123456,                           1",
        "metric=current&from=2026-11-21T12:15:29%2B02:00&limit=1,       1",
        "tenant=other,                                                  1"
    })
    void readingsAreChosenByMetricAndTime(String parameters, int count) throws Exception {
        assertThat(ApiServer.json(api.get("/api/readings?device=d1&" + parameters)))
                .hasSize(count);
    }

    @Test
    void eventsAreGivenAsTheyWereStored() throws Exception {
        assertThat(api.get("/api/events?device=d1").body())
                .isEqualTo(
                        """
                        [{"device_id":"d1","timestamp":"%s","kind":"event","body":{"door": "ü", "n": 1.10}}]"""
                                .formatted(TIME));
        assertThat(api.get("/api/events?device=d1&to=" + TIME).body()).isEqualTo("[]");
    }

    @Test
    void deadLettersCarryTheirBytesAndTheirTextWhereTheyAreText() throws Exception {
        JsonNode letters = ApiServer.json(api.get("/api/dead-letters"));

        assertThat(texts(letters, "reason")).containsExactly("payload-too-large", "invalid-json");
        JsonNode binary = letters.get(0);
        assertThat(binary.get("text").isNull()).isTrue();
        assertThat(Base64.getDecoder().decode(binary.get("payload").textValue()))
                .containsExactly(0x7c, 0x1e, 0);
        assertThat(binary.get("payload_length").longValue()).isEqualTo(2_000_000);
        assertThat(binary.get("payload_sha256").textValue()).isEqualTo("abc");
        JsonNode text = letters.get(1);
        assertThat(text.get("text").textValue()).isEqualTo("hé");
        assertThat(text.get("topic").textValue()).isEqualTo("iot/d1/raw");
        assertThat(text.get("dialect").textValue()).isEqualTo("iot");
        assertThat(text.get("stage").textValue()).isEqualTo("enrich");
        assertThat(text.get("detail").textValue()).isEqualTo("no JSON");
        assertThat(text.get("attempts").longValue()).isEqualTo(2);
        assertThat(text.get("time").textValue()).isEqualTo(TIME);
        assertThat(text.get("received_at").textValue()).isEqualTo(TIME);
    }

    @ParameterizedTest
    @CsvSource({"reason=invalid-json, 1", "device=d1, 1", "device=nobody, 0", "tenant=nobody, 0", "reason=, 2"})
    void deadLettersAreChosenByReasonAndDevice(String parameters, int count) throws Exception {
        assertThat(ApiServer.json(api.get("/api/dead-letters?" + parameters))).hasSize(count);
    }

    @Test
    void aPageOfLargeDeadLettersEndsEarlyAndLinksToTheRest() throws Exception {
        database.execute(
                "INSERT INTO dead_letters (origin_topic, origin_partition, origin_offset, tenant_id, stage, reason, failed_at,"
                        + " payload, payload_length) SELECT 'iot.raw', 1, n, 'large', 'enrich', 'invalid-json', now(),"
                        + " decode(repeat('ab', 1048576), 'hex'), 1048576 FROM generate_series(1, 20) AS n");

        List<JsonNode> pages = pages("/api/dead-letters?tenant=large");

        assertThat(pages).extracting(JsonNode::size).containsExactly(8, 8, 4);
        assertThat(new HashSet<>(texts(pages, "id"))).hasSize(20);
    }

    @Test
    void aPageOfLargeEventsEndsEarlyAndLinksToTheRest() throws Exception {
        database.execute(
                "INSERT INTO devices (tenant_id, device_id, label, device_type) VALUES ('large', 'door', '', 'unknown')");
        database.execute(
                "INSERT INTO events (tenant_id, device_id, ts, seq, kind, body) SELECT 'large', 'door', '2026-11-21Z', n,"
                        + " 'event', to_json(repeat('x', 1048576)) FROM generate_series(1, 20) AS n");

        List<JsonNode> pages = pages("/api/events?tenant=large&device=door");

        assertThat(pages).extracting(JsonNode::size).containsExactly(8, 8, 4);
    }

    @Test
    void pagesSkipNothingAndRepeatNothingWhileRowsArrive() throws Exception {
        // 7 readings for each of 30 times: several metrics and sequences at one moment
        database.execute(
                "INSERT INTO readings (tenant_id, device_id, metric, ts, seq, value, quality) SELECT 'default', 'paged',"
                        + " CASE WHEN n % 7 < 4 THEN 'a' ELSE 'b' END, timestamptz '2026-11-21Z' + n / 7 * interval '1 us',"
                        + " (n % 7 - 3) * 9e17::bigint, n, 0 FROM generate_series(0, 209) AS n");
        List<String> values = new ArrayList<>();
        String next = "/api/readings?device=paged&limit=4&to=2026-11-22T00:00:00Z";
        for (int page = 0; next != null; page++) {
            HttpResponse<String> response = api.get(next);
            values.addAll(texts(ApiServer.json(response), "value"));
            next = nextOf(response);
            database.execute(
                    "INSERT INTO readings (tenant_id, device_id, metric, ts, seq, quality) VALUES ('default', 'paged', 'a',"
                            + " timestamptz '2026-11-21T12:00Z' + " + page + " * interval '1 s', 1, 0)");
        }
        assertThat(values).hasSize(210).doesNotHaveDuplicates();

        List<JsonNode> ofMetric = pages("/api/readings?device=paged&metric=b&limit=7&to=2026-11-21T00:00:01Z");
        assertThat(texts(ofMetric, "value")).hasSize(90).doesNotHaveDuplicates();
    }

    @Test
    void listsOfDevicesAndEventsArePagedExactlyToo() throws Exception {
        database.execute(
                "INSERT INTO devices (tenant_id, device_id, label, device_type) SELECT 'many', 'device-' || n, '', 'unknown'"
                        + " FROM generate_series(1, 25) AS n");
        database.execute(
                "INSERT INTO events (tenant_id, device_id, ts, seq, kind, body) SELECT 'many', 'device-1', '2026-11-21Z', n,"
                        + " 'event', '{}' FROM generate_series(1, 25) AS n");

        assertThat(texts(pages("/api/devices?tenant=many&limit=10"), "device_id"))
                .hasSize(25)
                .doesNotHaveDuplicates();
        assertThat(pages("/api/events?tenant=many&device=device-1&limit=5"))
                .hasSize(5)
                .allMatch(page -> page.size() == 5);
    }

    @Test
    void presenceTellsWhoIsOnlineSinceWhenAndWhyNot() throws Exception {
        someDevicesAreThere();

        JsonNode presence = ApiServer.json(api.get("/api/presence?tenant=there"));

        assertThat(texts(presence, "device_id")).containsExactly("meter", "breaker", "gone", "new", "odd");
        assertThat(texts(presence, "online")).containsExactly("true", "false", "false", "false", "true");
        assertThat(texts(presence, "reason")).containsExactly("null", "silent", "status", "never", "null");
        assertThat(presence.get(0).fieldNames())
                .toIterable()
                .containsExactly(
                        "device_id",
                        "label",
                        "device_type",
                        "site_id",
                        "zone_id",
                        "online",
                        "last_seen",
                        "since",
                        "reason");
        Instant seen = Instant.parse(presence.get(1).get("last_seen").textValue());
        assertThat(Instant.parse(presence.get(0).get("since").textValue())).isEqualTo(seen.minusSeconds(3_580));
        assertThat(Instant.parse(presence.get(1).get("since").textValue()))
                .as("three times 5_seconds after it was last seen")
                .isEqualTo(seen.plusSeconds(15));
        assertThat(presence.get(3).get("since").isNull()).isTrue();
        assertThat(texts(ApiServer.json(api.get("/api/devices?tenant=there")), "online"))
                .containsExactly("true", "false", "false", "false", "true");
        assertThat(ApiServer.json(api.get("/api/devices/meter?tenant=there"))
                        .get("online")
                        .booleanValue())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "online=true, meter odd",
        "online=false, breaker gone new",
        "online=false&site=s2, gone new",
        "zone=z1, meter gone",
        "type=smart_meter&online=true, meter",
        "type=toaster, ''"
    })
    void presenceIsChosenByStatePlaceAndType(String parameters, String devices) throws Exception {
        someDevicesAreThere();

        assertThat(String.join(" ", texts(pages("/api/presence?tenant=there&limit=1&" + parameters), "device_id")))
                .isEqualTo(devices);
    }

    @Test
    void trendStatisticsAreGivenAsTheDeviceSaidThem() throws Exception {
        database.execute(
                """
                INSERT INTO trend_statistics (tenant_id, device_id, metric, ts, seq, value, avg, min, max)
                VALUES ('default', 'd1', '1001', '%1$s', 1, 120.5, 119.25, null, 0.1::float8 + 0.2::float8),
                    ('default', 'd1', 'temperature', '2026-11-21T10:15:29Z', 1, 1, 2, 3, 4),
                    ('other', 'd1', 'foreign', '%1$s', 1, 1, 2, 3, 4)
                ON CONFLICT DO NOTHING"""
                        .formatted(TIME));

        assertThat(api.get("/api/trend-statistics?device=d1&metric=1001").body())
                .isEqualTo(
                        """
                        [{"device_id":"d1","metric":"1001","timestamp":"%s","value":120.5,"avg":119.25,"min":null,\
                        "max":0.30000000000000004}]"""
                                .formatted(TIME));
        assertThat(texts(pages("/api/trend-statistics?device=d1&limit=1"), "metric"))
                .containsExactly("1001", "temperature");
        assertThat(api.get("/api/trend-statistics?device=d1&from=" + TIME).body())
                .contains("1001")
                .doesNotContain("temperature");
        assertThat(api.get("/api/trend-statistics?device=paged").body()).isEqualTo("[]");
    }

    @Test
    void deviceTypesComeFromTheRegistry() throws Exception {
        assertThat(texts(ApiServer.json(api.get("/api/device-types")), "device_type"))
                .contains("smart_breaker", "smart_meter", "environmental_sensor");
        assertThat(ApiServer.json(api.get("/api/device-types/smart_meter"))
                        .get("category")
                        .textValue())
                .isEqualTo("energy_monitoring");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/devices/nobody",
                "/api/devices/nobody/latest",
                "/api/devices/d1?tenant=nobody",
                "/api/readings?device=nobody",
                "/api/events?device=a/b&tenant=other",
                "/api/trend-statistics?device=nobody",
                "/api/trend-statistics?device=a/b&tenant=other",
                "/api/device-types/toaster",
                "/api/nothing",
                "/api/devices/a/b",
                "/"
            })
    void whatIsNotThereIsNotFound(String path) throws Exception {
        assertProblem(api.get(path), 404);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/readings,                                  device",
        "/api/events,                                    device",
        "/api/readings?device=d1&limit=10001,            limit",
        "/api/events?device=d1&limit=1001,               limit",
        "/api/trend-statistics,                          device",
        "/api/trend-statistics?device=d1&limit=0,        limit",
        "/api/trend-statistics?device=d1&from=x,         from",
        "/api/presence?online=yes,                       online",
        "/api/presence?limit=1001,                       limit",
        "/api/presence?site=%00,                         site",
        "/api/presence?device=d1,                        device",
        "/api/devices?limit=x,                           limit",
        "/api/devices?cursor=x,                          cursor",
        "/api/readings?device=d1&from=yesterday,         from",
        "/api/readings?device=d1&to=-1,                  to",
        "/api/readings?device=d1&cursor=WzFd,            cursor",
        "/api/dead-letters?device=%00,                   device",
        "/api/devices/d1?limit=1,                        limit",
        "/api/devices/%00,                               id",
        "/api/devices?tenant=%00,                        tenant",
        "/api/device-types?x=1,                          x",
        "/api/devices?tenant=a&tenant=b,                 tenant"
    })
    void aBadParameterIsNamed(String path, String parameter) throws Exception {
        JsonNode problem = assertProblem(api.get(path), 400);

        assertThat(problem.get("parameter").textValue()).isEqualTo(parameter);
    }

    @Test
    void methodsAndMediaTypesThatAPathDoesNotHaveAreRefused() throws Exception {
        assertThat(api.send("POST", "/api/readings").headers().firstValue("Allow"))
                .hasValue("GET");
        assertProblem(api.send("POST", "/api/readings"), 405);
        assertProblem(api.get("/api/devices", "Accept", "text/csv"), 406);
    }

    @Test
    void healthNamesEachDependency() throws Exception {
        Callable<Boolean> isReady = () -> api.get("/readyz").statusCode() == 200;
        Awaitility.await().until(isReady);

        assertThat(api.get("/livez").statusCode()).isEqualTo(200);
        JsonNode check = ApiServer.json(api.get("/health")).get("checks").get(0);
        assertThat(check.get("name").textValue()).isEqualTo("database");
        assertThat(check.get("status").textValue()).isEqualTo("UP");
        assertThat(check.get("detail").textValue()).isEqualTo("answers");
    }

    @Test
    void theDescriptionNamesEveryEndpointWithItsParametersAndResponses() throws Exception {
        JsonNode description = ApiServer.json(api.get("/api/openapi.json"));

        assertThat(description.get("servers").get(0).get("url").textValue()).isEqualTo("/");
        assertThat(description.at("/components/securitySchemes/token/scheme").textValue())
                .isEqualTo("bearer");
        JsonNode paths = description.get("paths");
        assertThat(paths.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "/api/devices",
                        "/api/gateways",
                        "/api/gateways/{username}",
                        "/api/gateways/{username}/credentials",
                        "/api/devices/{id}",
                        "/api/devices/{id}/latest",
                        "/api/devices/{id}/credentials",
                        "/api/devices/import",
                        "/api/sites/{site}",
                        "/api/zones/{zone}",
                        "/api/devices/{id}/commands",
                        "/api/devices/{id}/commands/{command}",
                        "/api/provision",
                        "/api/provisioning-key",
                        "/api/tenants",
                        "/api/readings",
                        "/api/aggregates",
                        "/api/events",
                        "/api/presence",
                        "/api/trend-statistics",
                        "/api/dead-letters",
                        "/api/dead-letters/{id}",
                        "/api/dead-letters/{id}/replay",
                        "/api/dead-letters/replay",
                        "/api/replays/{replay}",
                        "/api/ledger",
                        "/api/applications",
                        "/api/applications/{application}",
                        "/api/applications/{application}/regenerate-key",
                        "/api/applications/by-device-type/{type}",
                        "/api/applications/by-device-types",
                        "/api/applications/token",
                        "/api/device-templates",
                        "/api/device-templates/{template}",
                        "/api/controllers",
                        "/api/controllers/{controller}",
                        "/api/device-types",
                        "/api/device-types/{type}",
                        "/api/ingest",
                        "/api/sites",
                        "/api/zones",
                        "/api/sensor-types",
                        "/api/generate-token",
                        "/api/limits",
                        "/api/audit",
                        "/livez",
                        "/readyz",
                        "/health");
        JsonNode readings = paths.get("/api/readings").get("get");
        assertThat(texts(readings.get("parameters"), "name"))
                .containsExactly("device", "metric", "from", "to", "tenant", "limit", "cursor");
        assertThat(readings.get("parameters"))
                .allMatch(parameter -> !parameter.path("examples").isMissingNode()
                        && parameter.path("schema").has("type"));
        assertThat(readings.get("responses").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("200", "400", "401", "403", "404", "429", "503");
        assertThat(readings.at("/responses/400/content/application~1problem+json/schema/$ref")
                        .textValue())
                .isEqualTo("#/components/schemas/Problem");
        assertThat(paths.at("/~1health/get/security")).isEmpty();
        JsonNode ingest = paths.get("/api/ingest").get("post");
        assertThat(texts(ingest.get("parameters"), "name")).containsExactly("tenant", "Idempotency-Key");
        assertThat(List.of(
                        ingest,
                        paths.get("/api/controllers/{controller}").get("put"),
                        paths.get("/api/device-templates/{template}").get("put")))
                .allMatch(write ->
                        write.at("/requestBody/content/application~1json").has("example"));
        assertThat(ingest.get("responses").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("202", "400", "401", "403", "408", "413", "415", "422", "429", "503");
    }

    /** Last heard of 20 seconds ago, which is long for a breaker alone; the state began an hour ago. */
    private static void someDevicesAreThere() throws Exception {
        database.execute(
                """
                DELETE FROM presence WHERE tenant_id = 'there';
                DELETE FROM devices WHERE tenant_id = 'there';
                INSERT INTO devices (tenant_id, device_id, label, device_type, site_id, zone_id, created_at)
                SELECT 'there', id, id, type, site, zone, timestamptz '2026-11-21Z' - place * interval '1 s'
                FROM (VALUES ('meter', 'smart_meter', 's1', 'z1', 1), ('breaker', 'smart_breaker', 's1', 'z2', 2),
                    ('gone', 'smart_meter', 's2', 'z1', 3), ('new', 'unknown', 's2', null, 4),
                    ('odd', 'no_longer_declared', null, null, 5)) AS listed (id, type, site, zone, place);
                INSERT INTO presence (tenant_id, device_id, last_seen, online, ts, seq, since)
                SELECT 'there', id, date_trunc('s', now()) - interval '20 s', online, now(), 1,
                    date_trunc('s', now()) - interval '1 h'
                FROM (VALUES ('meter', true), ('breaker', true), ('gone', false), ('odd', true)) AS heard (id, online)
                """);
    }

    private static JsonNode assertProblem(HttpResponse<String> response, int status) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = ApiServer.json(response);
        assertThat(problem.get("type").textValue()).isEqualTo("about:blank");
        assertThat(problem.get("status").intValue()).isEqualTo(status);
        assertThat(problem.get("title").textValue()).isNotEmpty();
        assertThat(problem.get("detail").textValue()).isNotEmpty();
        return problem;
    }

    private static List<JsonNode> pages(String first) throws Exception {
        List<JsonNode> pages = new ArrayList<>();
        for (String next = first; next != null; ) {
            HttpResponse<String> response = api.get(next);
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            pages.add(ApiServer.json(response));
            next = nextOf(response);
        }
        return pages;
    }

    private static String nextOf(HttpResponse<String> response) {
        Matcher link = NEXT.matcher(response.headers().firstValue("Link").orElse(""));
        return link.matches() ? link.group(1) : null;
    }

    private static List<String> texts(Iterable<JsonNode> objects, String field) {
        List<String> texts = new ArrayList<>();
        for (JsonNode object : objects) {
            if (object.isArray()) {
                texts.addAll(texts(object, field));
            } else {
                texts.add(object.get(field).asText());
            }
        }
        return texts;
    }
}
