package io.caravan.window;

/**
 * What a window tells of one metric, kept so that two parts of a window can be put together in any order: count, sum, squared
 * deviations from the mean, extremes, and the first and last value by (timestamp, sequence). Used by one thread.
 */
final class Summary {

    private long count;
    private double sum;
    /** The sum of the squared deviations from the mean. */
    private double squares;

    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;
    private double first;
    private long firstTimestamp;
    private long firstSequence;
    private double last;
    private long lastTimestamp;
    private long lastSequence;

    /**
     * Takes in one value. Squared deviations grow after Youngs and Cramer, "Some Results Relevant to Choice of Sum and
     * Sum-of-Product Algorithms" (1971), as in PostgreSQL, so that values in the same order give the same to the last digit.
     */
    void add(double value, long timestamp, long sequence) {
        take(value, timestamp, sequence, value, timestamp, sequence);
        count++;
        sum += value;
        if (count > 1) {
            double distance = value * count - sum;
            squares += distance * distance / ((double) count * (count - 1));
        }
        min = Math.min(min, value);
        max = Math.max(max, value);
    }

    /**
     * Takes in another part of the same window. Squared deviations are pooled after Chan, Golub and LeVeque, "Updating
     * Formulae and a Pairwise Algorithm for Computing Sample Variances" (1979).
     */
    void add(Summary other) {
        if (other.count == 0) {
            return;
        }
        if (count > 0) {
            double distance = other.avg() - avg();
            squares += distance * distance * count * other.count / (count + other.count);
        }
        take(
                other.first,
                other.firstTimestamp,
                other.firstSequence,
                other.last,
                other.lastTimestamp,
                other.lastSequence);
        count += other.count;
        sum += other.sum;
        squares += other.squares;
        min = Math.min(min, other.min);
        max = Math.max(max, other.max);
    }

    private void take(
            double early, long earlyTimestamp, long earlySequence, double late, long lateTimestamp, long lateSequence) {
        if (count == 0 || isBefore(earlyTimestamp, earlySequence, firstTimestamp, firstSequence)) {
            first = early;
            firstTimestamp = earlyTimestamp;
            firstSequence = earlySequence;
        }
        if (count == 0 || isBefore(lastTimestamp, lastSequence, lateTimestamp, lateSequence)) {
            last = late;
            lastTimestamp = lateTimestamp;
            lastSequence = lateSequence;
        }
    }

    private static boolean isBefore(long timestamp, long sequence, long otherTimestamp, long otherSequence) {
        return timestamp < otherTimestamp || timestamp == otherTimestamp && sequence < otherSequence;
    }

    long count() {
        return count;
    }

    double sum() {
        return sum;
    }

    double avg() {
        return sum / count;
    }

    double min() {
        return min;
    }

    double max() {
        return max;
    }

    /** The standard deviation of a sample; NaN for one value. */
    double stddev() {
        return count < 2 ? Double.NaN : Math.sqrt(Math.max(0, squares) / (count - 1));
    }

    double first() {
        return first;
    }

    double last() {
        return last;
    }
}
