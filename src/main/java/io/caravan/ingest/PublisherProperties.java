package io.caravan.ingest;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.caravan.kafka.RecordHeaders;
import java.util.regex.Pattern;
import org.apache.camel.Message;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Constants;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/**
 * What a publisher of MQTT 5 says of its message in properties, and goes on in headers of its record: the content type (MQTT
 * 5, 3.3.2.3.9) and the {@link TraceContext}. A content type that none can be is left behind. Stateless.
 */
final class PublisherProperties {

    private static final MqttProperties NONE = new MqttProperties();
    /** Printable ASCII, as media types are (RFC 6838, 4.2). */
    private static final Pattern CONTENT_TYPE = Pattern.compile("[\\x20-\\x7e]{1,200}");

    private PublisherProperties() {}

    /** In Paho's form; most messages have none. */
    static MqttProperties of(Mqtt5Publish message) {
        if (message.getUserProperties().asList().isEmpty()
                && message.getContentType().isEmpty()) {
            return NONE;
        }
        MqttProperties properties = new MqttProperties();
        properties.setUserProperties(TraceContext.of(message));
        message.getContentType().ifPresent(type -> properties.setContentType(type.toString()));
        return properties;
    }

    /** Sets the headers of a message that Camel's MQTT consumer handed in. */
    static void stamp(Message message) {
        MqttProperties properties =
                message.getHeader(PahoMqtt5Constants.CAMEL_PAHO_MSG_PROPERTIES, MqttProperties.class);
        if (properties == null || properties == NONE) {
            return;
        }
        TraceContext.stamp(message, properties);
        String type = properties.getContentType();
        if (type != null && CONTENT_TYPE.matcher(type).matches()) {
            message.setHeader(RecordHeaders.CONTENT_TYPE, type);
        }
    }
}
