package io.caravan.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.caravan.kafka.RecordHeaders;
import java.util.Arrays;
import java.util.Map;
import org.apache.camel.Message;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Constants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {

    /** The example of W3C Trace Context, 3.2.4. */
    private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @Test
    void theContextOfThePublisherGoesOnAndNothingElseOfWhatItSays() {
        assertThat(stamped("traceparent", PARENT, "tracestate", "congo=t61rcWkgMzE", "reason", "made-up"))
                .isEqualTo(Map.of(RecordHeaders.TRACE_PARENT, PARENT, RecordHeaders.TRACE_STATE, "congo=t61rcWkgMzE"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n"
            })
    void whatIsNoContextIsLeftBehind(String parent) {
        assertThat(stamped("traceparent", parent, "tracestate", "congo=t61rcWkgMzE"))
                .isEmpty();
    }

    @Test
    void twoParentsAreNone() {
        assertThat(stamped("traceparent", PARENT, "traceparent", PARENT)).isEmpty();
    }

    @Test
    void aStateThatIsNoneCostsTheParentNothing() {
        assertThat(stamped("traceparent", PARENT, "tracestate", "x".repeat(513)))
                .isEqualTo(Map.of(RecordHeaders.TRACE_PARENT, PARENT));
    }

    @Test
    void mostMessagesHaveNone() {
        assertThat(stamped()).isEmpty();
    }

    private static Map<String, Object> stamped(String... properties) {
        var published = Mqtt5Publish.builder().topic("iot/b1/raw");
        Mqtt5UserProperty[] given = new Mqtt5UserProperty[properties.length / 2];
        Arrays.setAll(given, i -> Mqtt5UserProperty.of(properties[2 * i], properties[2 * i + 1]));
        Message message = new DefaultMessage(new DefaultCamelContext(false));
        message.setHeader(
                PahoMqtt5Constants.CAMEL_PAHO_MSG_PROPERTIES,
                PublisherProperties.of(published
                        .userProperties(com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties.of(given))
                        .build()));
        PublisherProperties.stamp(message);
        message.removeHeader(PahoMqtt5Constants.CAMEL_PAHO_MSG_PROPERTIES);
        return message.getHeaders();
    }
}
