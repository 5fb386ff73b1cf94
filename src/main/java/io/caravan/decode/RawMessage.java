package io.caravan.decode;

/**
 * A message as the device sent it, with what ingest noted beside it. Immutable but for the array, which nobody writes.
 *
 * @param dialect the name of the dialect that took it in, such as {@code iot}
 * @param topic the MQTT topic
 * @param tenant the tenant that the topic names, or null
 * @param device the device that the topic names, or null
 * @param receivedAt microseconds since the epoch, stamped once by ingest and reused by every replay
 * @param contentType what the publisher says that the payload is (MQTT 5, 3.3.2.3.9), or null
 * @param payload the bytes, unchanged
 * @param place where it lies on iot.raw; null where a message is looked at alone
 * @param part which part it is of a message that was taken apart: 0 for the message without its rows, 1 for the first row;
 *     {@link #WHOLE} for one that was not
 */
public record RawMessage(
        String dialect,
        String topic,
        String tenant,
        String device,
        long receivedAt,
        String contentType,
        byte[] payload,
        Place place,
        int part) {

    /** Stands for the number of a message that is no part of another. */
    public static final int WHOLE = -1;

    /**
     * Where a message lies on iot.raw, and how it got there: what the dialects ask for that read messages in the light of
     * earlier ones.
     *
     * @param receivedBy who took it in, where its dialect keeps those apart; else empty
     * @param replay whether it is a dead letter that was sent again, out of its place
     */
    public record Place(int partition, long offset, String receivedBy, boolean replay) {}

    /** Whether it came with others in one message. */
    public boolean isPart() {
        return part != WHOLE;
    }

    /** The same, of a tenant and a device. */
    public RawMessage of(String tenant, String device) {
        return new RawMessage(dialect, topic, tenant, device, receivedAt, contentType, payload, place, part);
    }

    /** The same without what some devices put around JSON, see {@link Utf8#plain}. */
    public RawMessage plain() {
        byte[] bytes = Utf8.plain(payload);
        return bytes == payload ? this : of(bytes, part);
    }

    /** A part of it. */
    public RawMessage of(byte[] payloadOfPart, int number) {
        return new RawMessage(dialect, topic, tenant, device, receivedAt, contentType, payloadOfPart, place, number);
    }

    /** A message looked at alone. */
    public RawMessage(
            String dialect,
            String topic,
            String tenant,
            String device,
            long receivedAt,
            String contentType,
            byte[] payload) {
        this(dialect, topic, tenant, device, receivedAt, contentType, payload, null, WHOLE);
    }

    /** A message looked at alone, whose publisher does not say what the payload is. */
    public RawMessage(String dialect, String topic, String tenant, String device, long receivedAt, byte[] payload) {
        this(dialect, topic, tenant, device, receivedAt, null, payload);
    }
}
