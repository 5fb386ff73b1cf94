package io.caravan.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.caravan.kafka.RecordHeaders;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Constants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DialectTest {

    private static final CamelContext CAMEL = new DefaultCamelContext();

    private final Dialect iot = new Dialect("iot", TopicShape.IOT, "device_id", "tenant_id");
    private final Dialect building = new Dialect("building", TopicShape.OPAQUE, "deviceId", "tenant_id");

    @ParameterizedTest
    @CsvSource({
        "iot/d/raw, , d, default/d",
        "iot/t/d/raw, t, d, t/d",
        "iot//raw, , '', default/",
        "iot///raw, '', '', /",
        "iot/ö 😀/status, , ö 😀, default/ö 😀"
    })
    void theTopicNamesTenantAndDevice(String topic, String tenant, String device, String key) {
        Message message = stamped(iot, topic, "noise");

        assertThat(message.getHeader(RecordHeaders.TENANT)).isEqualTo(tenant);
        assertThat(message.getHeader(RecordHeaders.DEVICE)).isEqualTo(device);
        assertThat(message.getHeader(KafkaConstants.KEY)).isEqualTo(key);
        assertThat(message.getHeader(RecordHeaders.TOPIC)).isEqualTo(topic);
        assertThat(message.getHeader(RecordHeaders.DIALECT)).isEqualTo("iot");
        assertThat(message.getBody()).isEqualTo("noise".getBytes(UTF_8));
        assertThat(RecordHeaders.number(message, RecordHeaders.RECEIVED_AT, 0) / 1_000_000)
                .isBetween(System.currentTimeMillis() / 1_000 - 60, System.currentTimeMillis() / 1_000);
    }

    @Test
    void elseThePayloadsFieldsMakeTheKey() {
        Message message =
                stamped(building, "building/room1/data", "{\"tenant_id\" :\t\"t\", \"deviceId\":\r\n\"d/ö\",\"a\":1}");

        assertThat(message.getHeader(KafkaConstants.KEY)).isEqualTo("t/d/ö");
        assertThat(message.getHeader(RecordHeaders.TENANT)).isNull();
        assertThat(message.getHeader(RecordHeaders.DEVICE)).isNull();
        assertThat(stamped(building, "building/x", "{\"deviceId\":\"d\"}").getHeader(KafkaConstants.KEY))
                .isEqualTo("default/d");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\"",
                "\"deviceId\"",
                "{\"deviceId\":",
                "{\"deviceId\":\"",
                "{\"deviceId\":7}",
                "{\"deviceId\":null}",
                "{}",
                "{\"deviceId",
                "[1,2]",
                "\"deviceId\" "
            })
    void elseTheTopicIsTheKey(String payload) {
        assertThat(stamped(building, "building/x", payload).getHeader(KafkaConstants.KEY))
                .isEqualTo("building/x");
    }

    @Test
    void aDeviceIdWithoutEndIsNotLookedForForever() {
        String heavy = "\"deviceId\":\"".repeat(80_000);

        // milliseconds; minutes, if each of the 80,000 beginnings were followed to the end
        Message message =
                assertTimeoutPreemptively(Duration.ofSeconds(30), () -> stamped(building, "building/x", heavy));
        assertThat(message.getHeader(KafkaConstants.KEY, String.class)).hasSizeLessThan(250);
        assertThat(stamped(building, "building/x", "{\"deviceId\":\"" + "x".repeat(10_000) + "\"}")
                        .getHeader(KafkaConstants.KEY))
                .isEqualTo("building/x");
    }

    private static Message stamped(Dialect dialect, String topic, String payload) {
        Message message = new DefaultExchange(CAMEL).getMessage();
        message.setHeader(PahoMqtt5Constants.MQTT_TOPIC, topic);
        message.setBody(payload.getBytes(UTF_8));
        dialect.stamp(message.getExchange());
        return message;
    }
}
