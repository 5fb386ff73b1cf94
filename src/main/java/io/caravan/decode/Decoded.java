package io.caravan.decode;

import io.caravan.reading.TrendStatistic;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A message as its dialect reads it, before directory and registry have spoken: what the device says of itself, and its
 * leaves. Immutable.
 *
 * @param tenant the tenant that the payload claims, or null
 * @param device the device, from the topic, else from the payload
 * @param deviceType the type that the payload claims, or null
 * @param site the site that the payload claims, or null
 * @param zone the zone that the payload claims, or null
 * @param eventType telemetry, trends, status, or what else the payload calls itself
 * @param timestamp microseconds since the epoch, or {@link #NO_TIME} where the message has none
 * @param sequence the device's own number of the message, else a hash of the payload
 * @param measured the leaves, in the order of the message
 * @param names the names at the top of the measurements, by which a type is detected
 * @param measurements the measurements as they came, a JSON object; null where there are none
 * @param extras the fields beside the measurements that the enriched message repeats as they came (trends, status)
 * @param trends what the device itself says of its channels, {@link #NO_TIME} where an entry has no time of its own
 * @param offline whether it is a status message that says that the device is gone
 * @param body what it is kept as where it is an event, one JSON value; null for the payload as it came
 * @param eventId what the message is known by, whatever else a second copy of it says; null where its readings tell
 * @param standing what it says of presence in a dialect where devices announce their coming and going, else null
 */
public record Decoded(
        String tenant,
        String device,
        String deviceType,
        String site,
        String zone,
        String eventType,
        long timestamp,
        long sequence,
        List<Measured> measured,
        List<String> names,
        Slice measurements,
        Map<String, Slice> extras,
        List<TrendStatistic> trends,
        boolean offline,
        Slice body,
        UUID eventId,
        Standing standing) {

    /** How many values a message may have: each becomes a hundred times as much in memory as two bytes of an array. */
    public static final int MOST_VALUES = 20_000;

    /** Stands for a timestamp that the message does not have. */
    public static final long NO_TIME = Long.MIN_VALUE;

    /** A message whose readings tell what it is, and whose payload is JSON, kept as it came where it is an event. */
    public Decoded(
            String tenant,
            String device,
            String deviceType,
            String site,
            String zone,
            String eventType,
            long timestamp,
            long sequence,
            List<Measured> measured,
            List<String> names,
            Slice measurements,
            Map<String, Slice> extras,
            List<TrendStatistic> trends,
            boolean offline) {
        this(
                tenant,
                device,
                deviceType,
                site,
                zone,
                eventType,
                timestamp,
                sequence,
                measured,
                names,
                measurements,
                extras,
                trends,
                offline,
                null,
                null,
                null);
    }

    /** The same, kept as this JSON value where it is an event. */
    public Decoded withBody(Slice value) {
        return with(value, eventId, standing);
    }

    /** The same, known by this id. */
    Decoded withEventId(UUID id) {
        return with(body, id, standing);
    }

    /** The same, saying this of presence. */
    public Decoded withStanding(Standing says) {
        return with(body, eventId, says);
    }

    private Decoded with(Slice value, UUID id, Standing says) {
        return new Decoded(
                tenant,
                device,
                deviceType,
                site,
                zone,
                eventType,
                timestamp,
                sequence,
                measured,
                names,
                measurements,
                extras,
                trends,
                offline,
                value,
                id,
                says);
    }

    /** Whether the device reports on itself. */
    public boolean isStatus() {
        return eventType.equals("status");
    }

    /** Kinds of message whose numbers are no readings: they are kept whole, as events. */
    public boolean isReport() {
        return isStatus() || eventType.equals("trends");
    }
}
