package io.caravan.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The units that stand elsewhere in a message than the values whose units they are, before or behind them. Used once, by one thread. */
final class DeclaredUnits {

    /** Leaves that have one of the units. */
    private record UnitOf(int unit, int from, int to) {}

    private final List<Map<String, String>> names;
    private final String[] units;
    private final List<UnitOf> values = new ArrayList<>(2);

    /** @param names of each unit, what the device's names of it stand for */
    DeclaredUnits(List<Map<String, String>> names) {
        this.names = names;
        this.units = new String[names.size()];
    }

    /** What the message says that a unit is; null where it says nothing. */
    void say(int unit, String given) {
        units[unit] = given == null ? null : JsonLeaves.unit(names.get(unit).getOrDefault(given, given));
    }

    void measure(int unit, int from, int to) {
        values.add(new UnitOf(unit, from, to));
    }

    /** Gives each of the leaves its unit, at the end of the message. */
    void giveTo(JsonLeaves leaves) {
        for (UnitOf of : values) {
            leaves.ownUnit(units[of.unit()], of.from(), of.to());
        }
    }
}
