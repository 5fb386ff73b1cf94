package io.caravan.window;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A window of one metric of a device, as it stands on the topic of aggregates. Immutable.
 *
 * @param window the label of its width, such as 1m
 * @param start its first moment, RFC 3339
 * @param end the first moment after it, RFC 3339
 * @param count the readings that have a value
 * @param sum null, like avg and stddev, where values are too large for it
 * @param stddev the standard deviation of a sample, null for one value
 * @param settled whether it was computed from the stored readings after it had ended
 */
record Aggregate(
        @JsonProperty("tenant_id") String tenant,
        @JsonProperty("device_id") String device,
        String metric,
        String window,
        String start,
        String end,
        long count,
        Double sum,
        Double avg,
        double min,
        double max,
        Double stddev,
        double first,
        double last,
        boolean settled) {}
