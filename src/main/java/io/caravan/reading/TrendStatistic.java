package io.caravan.reading;

/**
 * What a device itself says of one of its channels over a span of time: an entry of its trends message. Its identity is
 * (tenant, device, metric, timestamp, sequence), as that of a {@link Reading}. A number that the device does not tell is NaN.
 *
 * @param metric the channel as the device names it, such as {@code voltage_phase_a} or {@code 1001}
 * @param timestamp microseconds since the epoch
 * @param value the value at that time
 * @param avg the average
 * @param min the least value
 * @param max the greatest value
 */
public record TrendStatistic(String metric, long timestamp, double value, double avg, double min, double max) {

    /** The same at another time. */
    public TrendStatistic at(long time) {
        return new TrendStatistic(metric, time, value, avg, min, max);
    }
}
