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
 * @param chosen whether configuration says which leaves of the message are measured, so that a leaf's place among them tells nothing
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
        boolean chosen,
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

    /**
     * Begins with what every message has; all else is absent, and its kind telemetry.
     *
     * @param timestamp microseconds since the epoch, or {@link #NO_TIME}
     */
    public static Builder of(String device, long timestamp, long sequence) {
        return new Builder(device, timestamp, sequence);
    }

    /** Whether the device reports on itself. */
    public boolean isStatus() {
        return eventType.equals("status");
    }

    /** Kinds of message whose numbers are no readings: they are kept whole, as events. */
    public boolean isReport() {
        return isStatus() || eventType.equals("trends");
    }

    /** Puts a message together. Used once, by one thread. */
    public static final class Builder {

        private final String device;
        private final long timestamp;
        private final long sequence;
        private String tenant;
        private String deviceType;
        private String site;
        private String zone;
        private String eventType = "telemetry";
        private List<Measured> measured = List.of();
        private boolean chosen;
        private List<String> names = List.of();
        private Slice measurements;
        private Map<String, Slice> extras = Map.of();
        private List<TrendStatistic> trends = List.of();
        private boolean offline;
        private Slice body;
        private UUID eventId;
        private Standing standing;

        private Builder(String device, long timestamp, long sequence) {
            this.device = device;
            this.timestamp = timestamp;
            this.sequence = sequence;
        }

        public Builder tenant(String claimed) {
            tenant = claimed;
            return this;
        }

        public Builder deviceType(String claimed) {
            deviceType = claimed;
            return this;
        }

        public Builder place(String claimedSite, String claimedZone) {
            site = claimedSite;
            zone = claimedZone;
            return this;
        }

        public Builder eventType(String kind) {
            eventType = kind;
            return this;
        }

        /** @param top the names at the top of the measurements */
        public Builder measured(List<Measured> leaves, List<String> top) {
            measured = leaves;
            names = top;
            return this;
        }

        public Builder chosen(boolean byConfiguration) {
            chosen = byConfiguration;
            return this;
        }

        public Builder measurements(Slice object) {
            measurements = object;
            return this;
        }

        public Builder extras(Map<String, Slice> fields) {
            extras = fields;
            return this;
        }

        public Builder trends(List<TrendStatistic> entries) {
            trends = entries;
            return this;
        }

        public Builder offline(boolean gone) {
            offline = gone;
            return this;
        }

        public Builder body(Slice value) {
            body = value;
            return this;
        }

        public Builder eventId(UUID id) {
            eventId = id;
            return this;
        }

        public Builder standing(Standing says) {
            standing = says;
            return this;
        }

        public Decoded build() {
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
                    chosen,
                    names,
                    measurements,
                    extras,
                    trends,
                    offline,
                    body,
                    eventId,
                    standing);
        }
    }
}
