package io.caravan.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.camel.Message;

/** The names of the headers that Caravan writes on its records, all of them text in UTF-8, and how to read them. */
public final class RecordHeaders {

    /** The MQTT topic that the message came in on. */
    public static final String TOPIC = "mqtt-topic";
    /** The dialect that took it in. */
    public static final String DIALECT = "dialect";
    /** The time of receipt, microseconds since the epoch, decimal. Stamped once. */
    public static final String RECEIVED_AT = "received-at";
    /** The tenant, where the topic names one. */
    public static final String TENANT = "tenant";
    /** The device, where the topic names one. */
    public static final String DEVICE = "device";
    /** The MQTT client that took it in, of dialects in whose messages the order counts. */
    public static final String RECEIVED_BY = "received-by";
    /** On a command: when it is too late to publish it, microseconds since the epoch, decimal. */
    public static final String EXPIRES_AT = "expires-at";
    /** On a command, and on what becomes of it: its id. */
    public static final String COMMAND = "command";
    /** What has become of a command: delivered, acknowledged or expired. */
    public static final String COMMAND_STATE = "command-state";
    /** What the publisher says that the payload is, a media type; where it says so. */
    public static final String CONTENT_TYPE = "content-type";
    /** On an enriched message whose type is not the one that the directory has for its device: that one. */
    public static final String DIRECTORY_TYPE = "directory-type";
    /** Where on iot.raw an enriched message or a dead letter comes from: topic/partition/offset. */
    public static final String ORIGIN = "origin";
    /** On a part of a message that was taken apart: where that one lies on iot.raw, and its number: topic/partition/offset/number. */
    public static final String PART = "part";
    /** The trace that the message belongs to, where its publisher says so (W3C Trace Context, 3.2). */
    public static final String TRACE_PARENT = "traceparent";
    /** What tracing systems add to it (W3C Trace Context, 3.3). */
    public static final String TRACE_STATE = "tracestate";
    /** Which dead letter this is a replay of, and its how manieth: {@link Replay}. */
    public static final String REPLAY_OF = "replay-of";
    /** On a dead letter: the tenant that the message belongs to, as far as that was found out. */
    public static final String OWNER_TENANT = "owner-tenant";
    /** On a dead letter: the device that it is of, as far as that was found out. */
    public static final String OWNER_DEVICE = "owner-device";
    /** On a dead letter: {@code true} where the value is the enriched message, because the raw one was gone. */
    public static final String ENRICHED = "enriched";
    /** On a dead letter: the stage that gave up. */
    public static final String STAGE = "stage";
    /** On a dead letter: the reason's code. */
    public static final String REASON = "reason";
    /** On a dead letter: what is wrong, in words. */
    public static final String DETAIL = "detail";
    /** On a dead letter: when it was given up, microseconds since the epoch, decimal. */
    public static final String FAILED_AT = "failed-at";
    /** On a dead letter whose payload was cut: the length in bytes before. */
    public static final String LENGTH = "payload-length";
    /** On a dead letter whose payload was cut: the SHA-256 of the whole, in hexadecimal. */
    public static final String SHA256 = "payload-sha256";

    private RecordHeaders() {}

    /** A header as text, or null. Kafka hands headers of others back as bytes. */
    public static String text(Message message, String name) {
        Object value = message.getHeader(name);
        return value instanceof byte[] bytes
                ? new String(bytes, StandardCharsets.UTF_8)
                : value == null ? null : value.toString();
    }

    /** A header as a whole number, or the fallback where it is absent or none. */
    public static long number(Message message, String name, long fallback) {
        String text = text(message, name);
        try {
            return text == null ? fallback : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return fallback;
        }
    }
}
