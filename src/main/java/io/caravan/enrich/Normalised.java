package io.caravan.enrich;

import io.caravan.decode.Decoded;
import io.caravan.decode.Measured;
import io.caravan.decode.Reason;
import io.caravan.decode.Timestamps;
import io.caravan.decode.Undecodable;
import io.caravan.reading.Days;
import io.caravan.reading.Quality;
import io.caravan.reading.Reading;
import io.caravan.reading.TrendStatistic;
import io.caravan.registry.DeviceType;
import io.caravan.registry.Measurement;
import java.util.ArrayList;
import java.util.List;

/**
 * A message with time, units and qualities settled by the rules of its device type.
 *
 * @param timestamp microseconds since the epoch: the device's own, else the time of receipt
 * @param ownTime whether that time is the device's own
 * @param readings the readings, none for a report
 * @param trends what the device itself says of its channels
 * @param event whether the message holds what no reading can say, and so is kept whole as well
 */
record Normalised(long timestamp, boolean ownTime, List<Reading> readings, List<TrendStatistic> trends, boolean event) {

    private static final long FUTURE_MICROS = 10 * 60 * 1_000_000L;

    /** A message that is worked on when it is received. */
    static Normalised of(Decoded decoded, long receivedAt, DeviceType type) throws Undecodable {
        return of(decoded, receivedAt, receivedAt, type);
    }

    /** @param now what the times of the message must not be far ahead of: the receipt, or later, when it was replayed */
    static Normalised of(Decoded decoded, long receivedAt, long now, DeviceType type) throws Undecodable {
        boolean ownTime = decoded.timestamp() != Decoded.NO_TIME;
        long timestamp = ownTime ? decoded.timestamp() : receivedAt;
        requireUsable(timestamp, now);
        List<TrendStatistic> trends = decoded.trends().stream()
                .map(trend -> isUsable(trend.timestamp(), now) ? trend : trend.at(timestamp))
                .toList();
        Days days = new Days();
        trends.forEach(trend -> days.add(trend.timestamp()));
        requireFew(days);
        if (decoded.isReport()) {
            return new Normalised(timestamp, ownTime, List.of(), trends, true);
        }
        boolean event =
                !decoded.eventType().equals("telemetry") || !decoded.extras().isEmpty();
        List<Reading> readings = new ArrayList<>(decoded.measured().size());
        Numbers numbers = new Numbers(decoded);
        for (int place = 0; place < decoded.measured().size(); place++) {
            Measured measured = decoded.measured().get(place);
            int number = numbers.of(place);
            Measurement declared = type.measurement(measured.metric());
            boolean hasTime = measured.timestamp() != Decoded.NO_TIME;
            if (hasTime) {
                requireUsable(measured.timestamp(), now);
                days.add(measured.timestamp());
            }
            // what SenML, Sparkplug and frames call a number is one, and their payload may be no JSON to keep
            if (declared != null && declared.isText() && decoded.measurements() != null) {
                event |= measured.form() != Measured.Form.ABSENT;
                continue;
            }
            boolean trusted = (hasTime || ownTime) && !measured.doubtful();
            Reading reading = reading(measured, declared, hasTime ? measured.timestamp() : timestamp, trusted, number);
            if (reading != null) {
                readings.add(reading);
            } else {
                event |= measured.form() == Measured.Form.TEXT;
            }
        }
        requireFew(days);
        if (readings.isEmpty() && !event) {
            throw new Undecodable(Reason.EMPTY_MESSAGE, "the message has no value, only nulls or nothing");
        }
        return new Normalised(timestamp, ownTime, readings, trends, event);
    }

    private static void requireUsable(long timestamp, long receivedAt) throws Undecodable {
        if (!isUsable(timestamp, receivedAt)) {
            throw new Undecodable(
                    Reason.TIMESTAMP_IN_FUTURE,
                    Timestamps.format(timestamp) + " is more than ten minutes ahead of the receipt at "
                            + Timestamps.format(receivedAt));
        }
    }

    private static void requireFew(Days days) throws Undecodable {
        if (days.count() > Days.MOST_OF_MESSAGE) {
            throw new Undecodable(
                    Reason.TOO_LARGE,
                    "its values are of " + days.count() + " days (UTC), more than " + Days.MOST_OF_MESSAGE
                            + ": they are to be sent in several messages");
        }
    }

    private static boolean isUsable(long timestamp, long receivedAt) {
        return timestamp != Decoded.NO_TIME && timestamp <= receivedAt + FUTURE_MICROS;
    }

    private static Reading reading(
            Measured measured, Measurement declared, long timestamp, boolean ownTime, int number) {
        String given = measured.unit();
        String unit = declared != null ? declared.unitOf(given) : given != null ? given : "";
        if (measured.form() != Measured.Form.NUMBER) {
            boolean shouldBeNumber = measured.form().isReading() || declared != null && declared.isNumeric();
            return shouldBeNumber
                    ? new Reading(measured.metric(), Double.NaN, unit, Quality.BAD, timestamp, number)
                    : null;
        }
        boolean trusted = ownTime && (declared == null || declared.expects(measured.value(), unit));
        return new Reading(
                measured.metric(),
                measured.value(),
                unit,
                trusted ? Quality.GOOD : Quality.UNCERTAIN,
                timestamp,
                number);
    }
}
