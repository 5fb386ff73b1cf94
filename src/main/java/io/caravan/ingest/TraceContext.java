package io.caravan.ingest;

import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.caravan.kafka.RecordHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Message;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;

/**
 * The trace context that a publisher gives its message in user properties of MQTT 5, {@code traceparent} and {@code
 * tracestate}, carried on in the headers of the same names. A value that is no trace context is left behind, for whoever
 * reads the records next would have to refuse it. Source: W3C Trace Context, 3.2 and 3.3; W3C Trace Context: MQTT protocol.
 * Stateless.
 */
final class TraceContext {

    /** Version 00, and later ones with what they may add; neither id is all zeros. */
    private static final Pattern PARENT = Pattern.compile(
            "(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-[\\x21-\\x7e]{1,100})?");
    /** Printable ASCII of at most 512 characters. */
    private static final Pattern STATE = Pattern.compile("[\\x20-\\x7e]{1,512}");

    private TraceContext() {}

    /** The user properties that make up the trace context, in Paho's form. */
    static List<UserProperty> of(Mqtt5Publish message) {
        List<UserProperty> kept = new ArrayList<>();
        for (Mqtt5UserProperty property : message.getUserProperties().asList()) {
            String name = property.getName().toString();
            if (name.equals(RecordHeaders.TRACE_PARENT) || name.equals(RecordHeaders.TRACE_STATE)) {
                kept.add(new UserProperty(name, property.getValue().toString()));
            }
        }
        return kept;
    }

    /** Sets the headers of a message from its publisher's properties; a state without a parent says nothing. */
    static void stamp(Message message, MqttProperties properties) {
        put(
                only(properties, RecordHeaders.TRACE_PARENT),
                only(properties, RecordHeaders.TRACE_STATE),
                message.getHeaders());
    }

    /** Takes over the headers of the same names of a record of Kafka (W3C Trace Context, as OpenTelemetry's clients write it). */
    static void carry(Message record, Map<String, Object> headers) {
        if (record.getHeader(RecordHeaders.TRACE_PARENT) != null) {
            put(
                    RecordHeaders.text(record, RecordHeaders.TRACE_PARENT),
                    RecordHeaders.text(record, RecordHeaders.TRACE_STATE),
                    headers);
        }
    }

    private static void put(String parent, String state, Map<String, Object> headers) {
        if (parent == null || !PARENT.matcher(parent).matches()) {
            return;
        }
        headers.put(RecordHeaders.TRACE_PARENT, parent);
        if (state != null && STATE.matcher(state).matches()) {
            headers.put(RecordHeaders.TRACE_STATE, state);
        }
    }

    /** A property that is given once; of two, nobody could tell which one counts. */
    private static String only(MqttProperties properties, String name) {
        String found = null;
        for (UserProperty property : properties.getUserProperties()) {
            if (property.getKey().equals(name)) {
                if (found != null) {
                    return null;
                }
                found = property.getValue();
            }
        }
        return found;
    }
}
