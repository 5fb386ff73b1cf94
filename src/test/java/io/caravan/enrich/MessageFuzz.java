package io.caravan.enrich;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.decode.Decoded;
import io.caravan.decode.JsonDecoder;
import io.caravan.decode.JsonDialect;
import io.caravan.decode.Measured;
import io.caravan.decode.Payloads;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Reason;
import io.caravan.decode.SenmlDecoder;
import io.caravan.decode.Slice;
import io.caravan.decode.Text;
import io.caravan.decode.Timestamps;
import io.caravan.decode.Undecodable;
import io.caravan.ingest.Dialect;
import io.caravan.ingest.TopicShape;
import io.caravan.kafka.RecordHeaders;
import io.caravan.reading.Quality;
import io.caravan.reading.Reading;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.DeviceType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Constants;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a device publishes becomes rows that the database can take and that say what the message says, or a dead letter
 * with a reason that is no fault of ours. An input is a topic, a line feed and a payload; without a line feed, a payload on
 * a topic of the dialect building.
 */
class MessageFuzz {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int STAGE_LASTS = 10_000;
    private static final JsonDecoder JSON = new JsonDecoder(JsonDialect.flexible(ZoneOffset.UTC));
    private static final SenmlDecoder SENML = new SenmlDecoder(JSON);
    private static final DeviceRegistry REGISTRY = new DeviceRegistry(Path.of("config", "device-registry.json"));
    private static final Dialect IOT = new Dialect("iot", TopicShape.IOT, "device_id", "tenant_id");
    private static final Dialect BUILDING = new Dialect("building", TopicShape.OPAQUE, "deviceId", "tenant_id");

    private static EnrichStage stage;
    private static int left;

    static Stream<byte[]> publications() {
        return Payloads.all().stream()
                .flatMap(payload -> Stream.of("", "iot/t/d/raw\n", "iot/d/trends\n", "iot/t/d\u0000//status\n")
                        .map(topic -> {
                            ByteArrayOutputStream publication = new ByteArrayOutputStream();
                            publication.writeBytes(topic.getBytes(UTF_8));
                            publication.writeBytes(payload);
                            return publication.toByteArray();
                        }));
    }

    @MethodSource("publications")
    @FuzzTest(maxDuration = "10s")
    void aMessageBecomesRowsThatSayWhatItSaysOrADeadLetter(byte[] publication) throws IOException {
        if (left-- == 0 || stage == null) {
            stage = EnrichStage.open(); // its directory has learnt many devices
            left = STAGE_LASTS;
        }
        RawMessage raw = received(publication);
        byte[] sent = raw.payload().clone();

        RawMessage plain = raw.plain(); // as the stage reads it: without a byte order mark
        Decoded decoded = decoded(plain);
        assertThat(decoded(plain)).isEqualTo(decoded);
        if (decoded != null) {
            requireSound(plain, decoded);
        }
        Message message = stage.run(stage.raw(raw.dialect(), raw.topic(), raw.tenant(), raw.device(), raw.payload()));

        assertThat(raw.payload()).isEqualTo(sent);
        String reason = EnrichStage.reason(message);
        if (reason != null) {
            assertThat(reason).isNotEqualTo(Reason.INTERNAL_ERROR.code());
            assertThat((byte[]) message.getBody()).isSameAs(raw.payload());
            requireText(message.getHeader(RecordHeaders.DETAIL, String.class));
        } else {
            requireRows(decoded, message);
        }
    }

    /** As ingest notes it. */
    private static RawMessage received(byte[] publication) {
        int end = 0;
        while (end < publication.length && publication[end] != '\n') {
            end++;
        }
        boolean named = end < publication.length;
        String topic = named ? new String(publication, 0, end, UTF_8) : "building/room1";
        byte[] payload = named ? java.util.Arrays.copyOfRange(publication, end + 1, publication.length) : publication;
        Exchange exchange = new DefaultExchange(stage.camel);
        exchange.getMessage().setBody(payload);
        exchange.getMessage().setHeader(PahoMqtt5Constants.MQTT_TOPIC, topic);
        (named ? IOT : BUILDING).stamp(exchange);
        assertThat(exchange.getMessage().getHeader(KafkaConstants.KEY)).isInstanceOf(String.class);
        assertThat(exchange.getMessage().getBody()).isSameAs(payload);
        return new RawMessage(
                RecordHeaders.text(exchange.getMessage(), RecordHeaders.DIALECT),
                topic,
                RecordHeaders.text(exchange.getMessage(), RecordHeaders.TENANT),
                RecordHeaders.text(exchange.getMessage(), RecordHeaders.DEVICE),
                EnrichStage.RECEIVED,
                payload);
    }

    /** What the payload says, or null where it is no message. */
    private static Decoded decoded(RawMessage raw) {
        try {
            return (raw.dialect().equals("iot") ? SENML : JSON).decode(raw);
        } catch (Undecodable e) {
            assertThat(e.reason()).isNotEqualTo(Reason.INTERNAL_ERROR);
            requireText(e.getMessage());
            return null;
        }
    }

    private static void requireSound(RawMessage raw, Decoded decoded) throws IOException {
        if (decoded.measurements() != null) {
            assertThat(MAPPER.readTree(raw.payload()).isObject()).isTrue();
        }
        if (decoded.body() != null) {
            assertThat(tree(decoded.body()).isArray()).isTrue();
        }
        if (raw.device() == null) {
            assertThat(Text.isId(decoded.device())).isTrue();
        }
        for (String id : new String[] {decoded.tenant(), decoded.site(), decoded.zone()}) {
            assertThat(id == null || Text.isId(id)).as(id).isTrue();
        }
        assertThat(decoded.timestamp() == Decoded.NO_TIME || Timestamps.isTime(decoded.timestamp()))
                .isTrue();
        requireText(decoded.eventType());
        for (Measured measured : decoded.measured()) {
            requireText(measured.metric());
            assertThat(Double.isFinite(measured.value())).isEqualTo(measured.form() == Measured.Form.NUMBER);
        }
        if (decoded.measurements() != null) {
            assertThat(tree(decoded.measurements()).isObject()).isTrue();
        }
        for (Slice extra : decoded.extras().values()) {
            tree(extra);
        }
    }

    /** One JSON value, and nothing beside it. */
    private static JsonNode tree(Slice json) throws IOException {
        return MAPPER.readTree("[" + json.text() + "]").required(0);
    }

    private static void requireRows(Decoded decoded, Message message) {
        JsonNode json = EnrichStage.json(message);
        DeviceType known = REGISTRY.types().find(message.getHeader(Enricher.DEVICE_TYPE, String.class));
        DeviceType type = known != null ? known : REGISTRY.types().unknown();
        Normalised said;
        try {
            said = Normalised.of(decoded, EnrichStage.RECEIVED, type);
        } catch (Undecodable e) {
            throw new AssertionError(e);
        }
        assertThat(json.get("tenant_id").asText()).isNotBlank();
        assertThat(json.get("device_id").asText()).isEqualTo(decoded.device());
        assertThat(json.get("timestamp").asText()).isEqualTo(Timestamps.format(said.timestamp()));

        Map<String, Object> rows = stage.readings(message);
        assertThat((String[]) rows.get("metrics")).hasSameSizeAs(said.readings());
        for (int i = 0; i < said.readings().size(); i++) {
            Reading reading = said.readings().get(i);
            assertThat(((String[]) rows.get("metrics"))[i]).isEqualTo(reading.metric());
            assertThat((Double) ((double[]) rows.get("values"))[i]).isEqualTo((Double) reading.value());
            assertThat(((String[]) rows.get("units"))[i]).isEqualTo(reading.unit());
            assertThat((int) ((short[]) rows.get("qualities"))[i])
                    .isEqualTo(reading.quality().ordinal());
            assertThat(Double.isNaN(reading.value())).isEqualTo(reading.quality() == Quality.BAD);
            assertThat(((long[]) rows.get("timestamps"))[i]).isEqualTo(reading.timestamp());
            requireText(reading.unit());
        }
        String[] bodies = (String[]) rows.get("eventBodies");
        assertThat(bodies).hasSize(said.event() ? 1 : 0);
        assertThat(bodies.length + said.readings().size()).as("rows").isPositive();
    }

    private static void requireText(String text) {
        assertThat(Text.isClean(text)).as("a text for PostgreSQL: %s", text).isTrue();
    }
}
