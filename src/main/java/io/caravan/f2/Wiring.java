package io.caravan.f2;

import java.util.List;
import java.util.Map;

/**
 * What sits on the pins of one controller. Immutable.
 *
 * @param tenant whose it is
 * @param pins the sensors by {@link #place}
 */
public record Wiring(String tenant, Map<Integer, Sensor> pins) {

    /**
     * A sensor on a pin. Immutable.
     *
     * @param metrics the metric of each of its data points: connector, pin and label
     * @param points its data points, one or more
     */
    public record Sensor(List<String> metrics, List<DataPoint> points) {}

    /** The sensor on a pin, null where there is none. */
    public Sensor sensor(int connector, int pin) {
        return pins.get(place(connector, pin));
    }

    static int place(int connector, int pin) {
        return connector * 1_000 + pin;
    }
}
