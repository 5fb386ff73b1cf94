package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.embedded.EmbeddedServers;
import io.caravan.tenant.Identity;
import io.caravan.tenant.Role;
import io.caravan.tenant.TokenIssuer;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Applications on real servers, with sign-in: enriched messages name them as they come and go, and they see what they may. */
@ExtendWith(RealServers.class)
class ApplicationsIT {

    private static final String SECRET = "a-secret-of-these-tests-that-is-long-enough";
    private static final String TENANT = "apps-it";
    private static final String APPLICATION =
            """
            {"name":"Grid Watch","version":"1.0.0","developer":"Team","contact_email":"grid@example.com",\
            "devicetypes":["smart_breaker"]}""";

    private long sequence;

    @Test
    void applicationsComeAndGoInMessagesAndReadWhatTheyMay(EmbeddedServers servers) throws Exception {
        Map<String, String> signIn = Map.of("caravan.auth.enabled", "true", "caravan.auth.secret", SECRET);
        try (RunningCaravan caravan = RunningCaravan.ready(servers, signIn);
                MqttDevice device = MqttDevice.mqtt5(servers.mqttUrl())) {
            Api operator = caravan.api().as(token(TENANT, Role.OPERATOR));
            Api stranger = caravan.api().as(token("another", Role.OPERATOR));
            KafkaLog log = new KafkaLog(servers.kafkaBrokers());
            assertThat(names(device, log, "breaker")).isEmpty();
            register(stranger);

            JsonNode application = register(operator);
            String key = application.get("api_key").textValue();
            String path = "/api/applications/" + application.get("id").textValue();
            await().untilAsserted(
                            () -> assertThat(names(device, log, "breaker")).containsExactly("Grid Watch"));
            assertThat(names(device, log, "meter")).as("of another type").isEmpty();

            theyReadDevicesOfTheirTypesAndNothingElse(caravan.api(), operator, key);
            Api reader = caravan.api()
                    .as(Api.MAPPER
                            .readTree(exchange(caravan.api(), key).body())
                            .get("token")
                            .textValue());
            assertThat(reader.get("/api/devices").statusCode()).isEqualTo(200);

            assertThat(operator.put(path, "{\"name\":\"Other Name\"}").statusCode())
                    .isEqualTo(200);
            await().untilAsserted(
                            () -> assertThat(names(device, log, "breaker")).containsExactly("Other Name"));
            assertThat(operator.delete(path).statusCode()).isEqualTo(200);
            await().untilAsserted(
                            () -> assertThat(names(device, log, "breaker")).isEmpty());
            assertThat(exchange(caravan.api(), key).statusCode()).isEqualTo(401);
            await().untilAsserted(() ->
                    assertThat(reader.get("/api/devices").statusCode()).isEqualTo(401));

            KafkaLog now = new KafkaLog(servers.kafkaBrokers(), Duration.ofSeconds(2));
            for (String topic : List.of("iot.enriched", "iot.smart_breaker.enriched")) {
                assertThat(now.read(topic, 1, message -> {
                            String text = new String(message.value(), UTF_8);
                            return text.contains("caravan_app_")
                                    || text.contains(key.substring(12))
                                    || text.contains("grid@example.com");
                        }))
                        .isEmpty();
            }
        }
    }

    private static void theyReadDevicesOfTheirTypesAndNothingElse(Api api, Api operator, String key) throws Exception {
        HttpResponse<String> answer = exchange(api, key);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        Api app = api.as(Api.MAPPER.readTree(answer.body()).get("token").textValue());
        for (String path : List.of(
                "/api/devices/%s/latest",
                "/api/readings?device=%s",
                "/api/events?device=%s",
                "/api/aggregates?device=%s",
                "/api/presence?online=true",
                "/api/trend-statistics?device=%s",
                "/api/devices")) {
            await().untilAsserted(() -> assertThat(
                            operator.json(path.formatted("meter")).size()
                                    + operator.json(path.formatted("breaker")).size())
                    .as(path)
                    .isGreaterThan(path.contains("trend") ? -1 : 1));
        }
        for (String path : List.of(
                "/api/devices/%s/latest",
                "/api/readings?device=%s",
                "/api/events?device=%s",
                "/api/aggregates?device=%s",
                "/api/trend-statistics?device=%s",
                "/api/devices/%s")) {
            String own = path.formatted("breaker");
            assertThat(app.get(own).body()).as(own).isEqualTo(operator.get(own).body());
            assertThat(app.get(path.formatted("meter")).statusCode()).as(path).isEqualTo(404);
        }
        for (String list : List.of("/api/devices", "/api/presence")) {
            assertThat(app.json(list).findValuesAsText("device_id")).as(list).containsExactly("breaker");
        }
        assertThat(maximum(operator)).isEqualTo(100);
        assertThat(maximum(app)).as("without the meter").isEqualTo(1);
        for (String path : List.of(
                "/api/devices?tenant=another",
                "/api/applications",
                "/api/dead-letters",
                "/api/sites",
                "/api/ledger",
                "/api/controllers")) {
            assertThat(app.get(path).statusCode()).as(path).isEqualTo(403);
        }
        assertThat(app.post("/api/applications", APPLICATION).statusCode()).isEqualTo(403);
        assertThat(app.post("/api/ingest", "{}").statusCode()).isEqualTo(403);
    }

    /** Of the metric that both devices have, over the site where both are. */
    private static double maximum(Api api) throws Exception {
        return api.json("/api/aggregates?site=hall&metric=load")
                .get(0)
                .get("max")
                .doubleValue();
    }

    /** The applications that a message names which is published now. */
    private List<String> names(MqttDevice device, KafkaLog log, String id) {
        long number = ++sequence;
        device.publish(
                "iot/" + TENANT + "/" + id + "/raw",
                """
                {"device_type":"smart_%s","site_id":"hall","sequence":%d,"load":%d,"note":"a text"}"""
                        .formatted(id, number, id.equals("meter") ? 100 : 1));
        List<ConsumerRecord<String, byte[]>> found = log.read(
                "iot.smart_" + id + ".enriched",
                1,
                message -> message.key().equals(TENANT + "/" + id)
                        && json(message).get("sequence").longValue() == number);
        JsonNode registry = json(found.get(0)).get("application_registry");
        assertThat(registry.get("registered_applications_count").intValue())
                .isEqualTo(registry.get("applications").size());
        return registry.get("applications").findValuesAsText("name");
    }

    private static JsonNode json(ConsumerRecord<String, byte[]> message) {
        try {
            return Api.MAPPER.readTree(message.value());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static JsonNode register(Api api) throws Exception {
        HttpResponse<String> answer = api.post("/api/applications", APPLICATION);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return Api.MAPPER.readTree(answer.body()).get("application");
    }

    private static HttpResponse<String> exchange(Api api, String key) throws Exception {
        return api.post("/api/applications/token", "", "x-api-key", key);
    }

    private static String token(String tenant, Role role) {
        SecretKeySpec secret = new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256");
        return new TokenIssuer("caravan", "caravan", () -> List.of(secret))
                .issue(new Identity(tenant, role, "user-" + tenant), Duration.ofMinutes(10));
    }
}
