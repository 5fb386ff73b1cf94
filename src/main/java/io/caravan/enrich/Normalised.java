package io.caravan.enrich;

import io.caravan.decode.Decoded;
import io.caravan.decode.Measured;
import io.caravan.decode.Reason;
import io.caravan.decode.Timestamps;
import io.caravan.decode.Undecodable;
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
        if (decoded.isReport()) {
            return new Normalised(timestamp, ownTime, List.of(), trends, true);
        }
        boolean event =
                !decoded.eventType().equals("telemetry") || !decoded.extras().isEmpty();
        List<Reading> readings = new ArrayList<>(decoded.measured().size());
        for (Measured measured : decoded.measured()) {
            Measurement declared = type.measurement(measured.metric());
            boolean hasTime = measured.timestamp() != Decoded.NO_TIME;
            if (hasTime) {
                requireUsable(measured.timestamp(), now);
            }
            // what SenML, Sparkplug and frames call a number is one, and their payload may be no JSON to keep
            if (declared != null && declared.isText() && decoded.measurements() != null) {
                event |= measured.form() != Measured.Form.ABSENT;
                continue;
            }
            boolean trusted = (hasTime || ownTime) && !measured.doubtful();
            Reading reading = reading(measured, declared, hasTime ? measured.timestamp() : timestamp, trusted);
            if (reading != null) {
                readings.add(reading);
            } else {
                event |= measured.form() == Measured.Form.TEXT;
            }
        }
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

    private static boolean isUsable(long timestamp, long receivedAt) {
        return timestamp != Decoded.NO_TIME && timestamp <= receivedAt + FUTURE_MICROS;
    }

    private static Reading reading(Measured measured, Measurement declared, long timestamp, boolean ownTime) {
        String given = measured.unit();
        String unit = declared != null ? declared.unitOf(given) : given != null ? given : "";
        boolean isNumber = measured.form() == Measured.Form.NUMBER;
        boolean shouldBeNumber = measured.form() == Measured.Form.OVERFLOW
                || measured.form() == Measured.Form.CUT_OFF
                || declared != null && declared.isNumeric();
        if (!isNumber) {
            return shouldBeNumber ? new Reading(measured.metric(), Double.NaN, unit, Quality.BAD, timestamp) : null;
        }
        boolean trusted = ownTime && (declared == null || declared.expects(measured.value(), unit));
        return new Reading(
                measured.metric(), measured.value(), unit, trusted ? Quality.GOOD : Quality.UNCERTAIN, timestamp);
    }
}
