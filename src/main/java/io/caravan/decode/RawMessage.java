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
 */
public record RawMessage(
        String dialect,
        String topic,
        String tenant,
        String device,
        long receivedAt,
        String contentType,
        byte[] payload,
        Place place) {

    /**
     * Where a message lies on iot.raw, and how it got there: what the dialects ask for that read messages in the light of
     * earlier ones.
     *
     * @param receivedBy who took it in, where its dialect keeps those apart; else empty
     * @param replay whether it is a dead letter that was sent again, out of its place
     */
    public record Place(int partition, long offset, String receivedBy, boolean replay) {}

    /** The same, of a tenant and a device. */
    public RawMessage of(String tenant, String device) {
        return new RawMessage(dialect, topic, tenant, device, receivedAt, contentType, payload, place);
    }

    /** The same with another payload. */
    public RawMessage of(byte[] otherPayload) {
        return new RawMessage(dialect, topic, tenant, device, receivedAt, contentType, otherPayload, place);
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
        this(dialect, topic, tenant, device, receivedAt, contentType, payload, null);
    }

    /** A message looked at alone, whose publisher does not say what the payload is. */
    public RawMessage(String dialect, String topic, String tenant, String device, long receivedAt, byte[] payload) {
        this(dialect, topic, tenant, device, receivedAt, null, payload);
    }
}
