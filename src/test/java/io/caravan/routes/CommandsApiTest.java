package io.caravan.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.caravan.embedded.EmbeddedKafka;
import io.caravan.it.Rows;
import io.caravan.store.Postgres;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
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

/** Commands over HTTP, on a real Kafka and a real database. What becomes of them, {@code DevicesIT} shows. */
class CommandsApiTest {

    private static final TopicPartition COMMANDS = new TopicPartition("iot.commands", 0);

    @TempDir
    static Path folder;

    private static EmbeddedKafka kafka;
    private static Rows database;
    private static ApiServer api;
    private static KafkaConsumer<String, byte[]> records;

    @BeforeAll
    static void start() throws Exception {
        kafka = EmbeddedKafka.start(folder, 0);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.kafkaBrokers()))) {
            admin.createTopics(List.of(new NewTopic("iot.commands", 1, (short) 1)))
                    .all()
                    .get();
        }
        database = Postgres.migrated();
        api = new ApiServer(database.jdbcUrl(), kafka.kafkaBrokers());
        records = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.kafkaBrokers()),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        records.assign(List.of(COMMANDS));
    }

    @AfterAll
    static void stop() {
        records.close();
        api.close();
        kafka.close();
    }

    @BeforeEach
    void twoDevices() throws Exception {
        records.seekToEnd(List.of(COMMANDS));
        records.position(COMMANDS);
        database.execute(
                """
                TRUNCATE devices, commands, topic_prefixes;
                INSERT INTO devices (tenant_id, device_id, label, device_type)
                VALUES ('default', 'd1', '', 'x'), ('acme', 'd1', '', 'x'), ('default', 'a/b', '', 'x'),
                    ('default', 'f2-a1', '', 'x'), ('acme', 'f2-a1', '', 'x')""");
    }

    @Test
    void aCommandIsInKafkaAsItCameBeforeItIsAccepted() throws Exception {
        HttpResponse<String> answer = api.post(
                "/api/devices/d1/commands?expires_in=30&tenant=acme",
                "\u00fc{no JSON".getBytes(UTF_8),
                "Content-Type",
                "text/plain; charset=utf-8");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        JsonNode command = ApiServer.json(answer);
        String id = command.get("command_id").textValue();
        String location = answer.headers().firstValue("Location").orElseThrow();
        assertThat(location).isEqualTo("/api/devices/d1/commands/" + id + "?tenant=acme");
        assertThat(api.get(location).body()).isEqualTo(answer.body());
        assertThat(command.get("state").textValue()).isEqualTo("sent");
        assertThat(command.get("text").textValue()).isEqualTo("\u00fc{no JSON");
        assertThat(command.get("created_by").textValue()).isEqualTo("anybody");
        ConsumerRecord<String, byte[]> record = read();
        assertThat(record.key()).isEqualTo("acme/d1");
        assertThat(new String(record.value(), UTF_8)).isEqualTo("\u00fc{no JSON");
        assertThat(header(record, "mqtt-topic")).isEqualTo("iot/acme/d1/commands");
        assertThat(header(record, "content-type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(header(record, "command")).isEqualTo(id);
        assertThat(Long.parseLong(header(record, "expires-at")))
                .isBetween(System.currentTimeMillis() * 1_000, (System.currentTimeMillis() + 30_000) * 1_000);
        assertThat(api.get("/api/devices/d1/commands").body())
                .as("of another tenant")
                .isEqualTo("[]");
        assertThat(api.get("/api/devices/d1/commands/" + id).statusCode()).isEqualTo(404);
    }

    @Test
    void anF2ControllerHearsItWhereItsPartDoes() throws Exception {
        HttpResponse<String> answer =
                api.post("/api/devices/f2-a1/commands?target=access-control-mode/1/strike-1", "{}".getBytes(UTF_8));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(header(read(), "mqtt-topic")).isEqualTo("cmnd/f2-a1/access-control-mode/1/strike-1");
        database.execute("INSERT INTO topic_prefixes (prefix, tenant_id) VALUES ('cmnd/f2-a1', 'acme')");
        assertThat(api.post("/api/devices/f2-a1/commands?target=access-control-mode/1/strike-1", new byte[0])
                        .statusCode())
                .as("another tenant's")
                .isEqualTo(409);
        assertThat(api.get("/api/devices/f2-a1/commands?limit=1").body())
                .contains(ApiServer.json(answer).get("command_id").textValue());
    }

    @Test
    void theHistoryIsPaged() throws Exception {
        for (int n = 0; n < 5; n++) {
            assertThat(api.post("/api/devices/d1/commands", ("" + n).getBytes(UTF_8))
                            .statusCode())
                    .isEqualTo(202);
        }
        StringBuilder seen = new StringBuilder();
        String next = "/api/devices/d1/commands?limit=2";
        while (next != null) {
            HttpResponse<String> page = api.get(next);
            ApiServer.json(page)
                    .forEach(command -> seen.append(command.get("text").textValue()));
            next = page.headers()
                    .firstValue("Link")
                    .map(link -> link.replaceAll("^<|>.*", ""))
                    .orElse(null);
        }
        assertThat(seen).hasToString("43210");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/devices/nobody/commands,               404",
        "/api/devices/a%2Fb/commands,                409",
        "/api/devices/d1/commands?expires_in=0,      400",
        "/api/devices/d1/commands?expires_in=604801, 400",
        "/api/devices/d1/commands?expires_in=x,      400",
        "/api/devices/d1/commands?target=a/b/c,      400",
        "/api/devices/f2-a1/commands,                400",
        "/api/devices/f2-a1/commands?target=a/%23/c, 400",
        "/api/devices/f2-a1/commands?target=a,       400"
    })
    void whatCannotBeDoneIsTold(String path, int status) throws Exception {
        HttpResponse<String> answer = api.post(path, "{}".getBytes(UTF_8));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(api.get("/api/devices/d1/commands").body()).isEqualTo("[]");
    }

    @Test
    void aCommandThatIsTooLargeIsRefused() throws Exception {
        assertThat(api.post("/api/devices/d1/commands", new byte[70_000]).statusCode())
                .isEqualTo(413);
    }

    private static ConsumerRecord<String, byte[]> read() {
        for (int i = 0; i < 60; i++) {
            for (ConsumerRecord<String, byte[]> record : records.poll(Duration.ofSeconds(1))) {
                return record;
            }
        }
        throw new AssertionError("there is no record");
    }

    private static String header(ConsumerRecord<String, byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }
}
