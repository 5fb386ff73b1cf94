package io.caravan.simulator;

/** The rate of a counter since it was last asked for. Not thread-safe. */
final class RateMeter {

    private long count;
    private long nanos;

    RateMeter(long nanos) {
        this.nanos = nanos;
    }

    double perSecond(long countNow, long nanosNow) {
        double rate = nanosNow == nanos ? 0 : (countNow - count) * 1e9 / (nanosNow - nanos);
        count = countNow;
        nanos = nanosNow;
        return rate;
    }
}
