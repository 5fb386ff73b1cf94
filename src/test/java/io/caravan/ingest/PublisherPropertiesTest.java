package io.caravan.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.caravan.kafka.RecordHeaders;
import org.apache.camel.Message;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Constants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultMessage;
import org.junit.jupiter.api.Test;

class PublisherPropertiesTest {

    @Test
    void theContentTypeGoesOn() {
        assertThat(stamped("application/senml+cbor")).isEqualTo("application/senml+cbor");
        assertThat(stamped("application/senml+json; charset=utf-8")).isEqualTo("application/senml+json; charset=utf-8");
    }

    @Test
    void whatNoneCanBeIsLeftBehind() {
        assertThat(stamped("")).isNull();
        assertThat(stamped("application/senml+json\n")).isNull();
        assertThat(stamped("größe")).isNull();
        assertThat(stamped("x".repeat(201))).isNull();
        assertThat(stamped(null)).isNull();
    }

    private static Object stamped(String type) {
        Message message = new DefaultMessage(new DefaultCamelContext(false));
        message.setHeader(
                PahoMqtt5Constants.CAMEL_PAHO_MSG_PROPERTIES,
                PublisherProperties.of(Mqtt5Publish.builder()
                        .topic("iot/b1/raw")
                        .contentType(type)
                        .build()));
        PublisherProperties.stamp(message);
        return message.getHeader(RecordHeaders.CONTENT_TYPE);
    }
}
