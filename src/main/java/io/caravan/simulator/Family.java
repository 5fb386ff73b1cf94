package io.caravan.simulator;

import java.time.Instant;

/**
 * Devices of one kind, numbered from 0. A family makes payloads, and knows neither the broker nor the clock. Its values
 * come from the random source that it was made with, so a seeded source repeats them. Not thread-safe: one simulator, one
 * family.
 */
public interface Family {

    /** The id of a device, as its messages carry it. */
    String deviceId(int device);

    /**
     * The next message of a device.
     *
     * @param device its number, 0 or more
     * @param time the time of the measurement; must not go back for the same device
     */
    Message next(int device, Instant time);
}
