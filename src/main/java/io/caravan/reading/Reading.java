package io.caravan.reading;

/**
 * One value of one metric. Its identity is (tenant, device, metric, timestamp, sequence), of which tenant and device are those
 * of the message that holds it, and the sequence is made of the message's and the number.
 *
 * @param metric the path of the value in the device's message, such as {@code voltage.phase_a}
 * @param value the number, NaN where the quality is {@link Quality#BAD}
 * @param unit the unit as the device or its type names it, empty where neither does
 * @param quality how far the value can be trusted
 * @param timestamp when it was measured, microseconds since the epoch
 * @param number tells it from those of the same message that have its metric and timestamp
 */
public record Reading(String metric, double value, String unit, Quality quality, long timestamp, int number) {}
