package io.caravan.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.kafka.RecordHeaders;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DeadLettersTest {

    private static Connection connection;

    private long offset = System.nanoTime();

    @BeforeAll
    static void connect() throws Exception {
        connection = Postgres.connect(Postgres.migratedDatabase());
    }

    @AfterAll
    static void close() throws Exception {
        connection.close();
    }

    @Test
    void aDeadLetterIsKeptByItsPlaceOnTheRawTopic() throws Exception {
        Message message = letter("{broken".getBytes(UTF_8));
        message.setHeader(RecordHeaders.ORIGIN, "iot.raw/3/42".getBytes(UTF_8));
        message.setHeader(RecordHeaders.TENANT, "acme");
        message.setHeader(RecordHeaders.DEVICE, "d");
        message.setHeader(RecordHeaders.REASON, "malformed-json");
        message.setHeader(RecordHeaders.DETAIL, "no JSON at byte 1");
        message.setHeader(RecordHeaders.STAGE, "enrich");
        message.setHeader(RecordHeaders.RECEIVED_AT, "1795255200000001");
        message.setHeader(RecordHeaders.FAILED_AT, "1795255200000002");

        assertThat(stored(message))
                .containsEntry("origin_topic", "iot.raw")
                .containsEntry("origin_partition", 3)
                .containsEntry("origin_offset", 42L)
                .containsEntry("tenant_id", "acme")
                .containsEntry("device_id", "d")
                .containsEntry("reason", "malformed-json")
                .containsEntry("detail", "no JSON at byte 1")
                .containsEntry("payload", "{broken".getBytes(UTF_8))
                .containsEntry("payload_length", 7L)
                .satisfies(row -> assertThat(row.get("received")).hasToString("2026-11-21 06:30:00.000001"));
    }

    @Test
    void aPartOfAMessageIsKnownByThePlaceOfTheWholeAndItsNumber() throws Exception {
        Message message = letter("{}".getBytes(UTF_8));
        message.setHeader(RecordHeaders.ORIGIN, "iot.raw/3/42");
        message.setHeader(RecordHeaders.PART, "iot.raw/1/7/2".getBytes(UTF_8));

        assertThat(stored(message))
                .containsEntry("origin_topic", "iot.raw")
                .containsEntry("origin_partition", 1)
                .containsEntry("origin_offset", 7L)
                .containsEntry("origin_part", 2);
    }

    @Test
    void oneThatNeverGotToTheRawTopicIsKeptByItsOwnPlace() throws Exception {
        Message message = letter(new byte[] {0});
        message.setHeader(RecordHeaders.LENGTH, "2000000");
        message.setHeader(RecordHeaders.SHA256, "abc");

        assertThat(stored(message))
                .containsEntry("origin_topic", "iot.dlq")
                .containsEntry("origin_offset", offset)
                .containsEntry("tenant_id", "default")
                .containsEntry("reason", "unknown")
                .containsEntry("payload_length", 2_000_000L)
                .containsEntry("payload_sha256", "abc");
    }

    @Test
    void whateverTheHeadersHoldTheRowCanBeStored() throws Exception {
        String[] strange = {
            "",
            " ",
            "\u0000",
            "a/\u0000",
            "\u0000/1/2",
            "iot.raw/1/99999999999999999999",
            "x".repeat(5_000) + "/1/2",
            "/1/2",
            "-1",
            "9223372036854775807",
            "-9223372036854775808",
            "\ud800",
            "😀".repeat(1_000),
            "{\"a\":'",
            "NaN"
        };
        for (String value : strange) {
            Message message = letter(null);
            for (String name : List.of(
                    RecordHeaders.TOPIC,
                    RecordHeaders.DIALECT,
                    RecordHeaders.RECEIVED_AT,
                    RecordHeaders.TENANT,
                    RecordHeaders.DEVICE,
                    RecordHeaders.ORIGIN,
                    RecordHeaders.PART,
                    RecordHeaders.STAGE,
                    RecordHeaders.REASON,
                    RecordHeaders.DETAIL,
                    RecordHeaders.FAILED_AT,
                    RecordHeaders.LENGTH,
                    RecordHeaders.SHA256)) {
                message.setHeader(name, value.getBytes(UTF_8));
            }

            assertThat(stored(message)).as(value).containsEntry("origin_topic", "iot.dlq");
        }
    }

    @Test
    void whatCanBeNoTenantIsOfTheDefaultOneAndStaysInTheHeaders() throws Exception {
        for (String tenant : List.of(incompressible(950), "", " ", "a\u0000")) {
            Message message = letter("{}".getBytes(UTF_8));
            message.setHeader(RecordHeaders.TOPIC, "iot/" + tenant + "/d/raw");
            message.setHeader(RecordHeaders.TENANT, tenant.getBytes(UTF_8));
            message.setHeader(RecordHeaders.REASON, "invalid-id");

            Map<String, Object> row = stored(message);

            assertThat(row).containsEntry("tenant_id", "default").containsEntry("reason", "invalid-id");
            assertThat(new ObjectMapper()
                            .readTree(row.get("headers").toString())
                            .get("tenant")
                            .textValue())
                    .isEqualTo(tenant);
        }
    }

    @Test
    void noIndexRefusesALetterForItsLongTexts() throws Exception {
        for (String reason : List.of("unknown-alias", "over-quota")) { // each in an index of its own
            Message message = letter("{}".getBytes(UTF_8));
            for (String name : List.of(
                    RecordHeaders.TOPIC,
                    RecordHeaders.DIALECT,
                    RecordHeaders.TENANT,
                    RecordHeaders.DEVICE,
                    RecordHeaders.OWNER_TENANT,
                    RecordHeaders.OWNER_DEVICE,
                    RecordHeaders.RECEIVED_BY,
                    RecordHeaders.STAGE,
                    RecordHeaders.DETAIL,
                    RecordHeaders.SHA256,
                    KafkaConstants.KEY)) {
                message.setHeader(name, incompressible(1_000));
            }
            message.setHeader(RecordHeaders.REASON, reason);

            assertThat(stored(message)).containsEntry("reason", reason);
        }
    }

    @Test
    void theLongestTopicOfAnEdgeNodeIsKeptWholeForTheBirthThatExplainsIt() throws Exception {
        String topic =
                "spBv1.0/%s/DDATA/%s/%s".formatted(incompressible(200), incompressible(200), incompressible(200));
        Message message = letter("{}".getBytes(UTF_8));
        message.setHeader(RecordHeaders.TOPIC, topic);
        message.setHeader(RecordHeaders.RECEIVED_BY, incompressible(200));
        message.setHeader(RecordHeaders.REASON, "unknown-alias");

        assertThat(stored(message)).containsEntry("topic", topic);
    }

    /** Chinese characters, of 3 bytes each, that PostgreSQL cannot make shorter. */
    private static String incompressible(int characters) {
        return new Random(characters)
                .ints(characters, 0x4e00, 0xa000)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private Message letter(byte[] payload) {
        Message message = Messages.message(payload);
        message.setHeader(KafkaConstants.TOPIC, "iot.dlq");
        message.setHeader(KafkaConstants.PARTITION, 1);
        message.setHeader(KafkaConstants.OFFSET, ++offset);
        message.setHeader(KafkaConstants.TIMESTAMP, 1_795_255_200_000L);
        return message;
    }

    private static Map<String, Object> stored(Message message) throws Exception {
        Exchange exchange = Messages.batch(message);
        DeadLetters letters = new DeadLetters(true);
        letters.collect(exchange);
        letters.parameters(exchange);
        connection.createStatement().execute("TRUNCATE dead_letters");
        new NamedStatement("insert-dead-letters.sql").update(connection, Messages.parameters(exchange));
        try (var result = connection
                .createStatement()
                .executeQuery("SELECT *, received_at AT TIME ZONE 'America/St_Johns' AS received FROM dead_letters")) {
            return NamedStatement.rows(result).get(0);
        }
    }
}
