package io.caravan.registry;

import java.util.HashMap;
import java.util.Map;

/** Which texts are the same unit, written in another way. Those that differ in case are two, as mW and MW are. Stateless. */
final class UnitSpelling {

    private static final String[] SAME = {
        "°C ºC ℃ C degC Cel celsius Celsius",
        "°F ºF ℉ F degF fahrenheit Fahrenheit",
        "% %RH %rH %rh RH% percent",
        "Ω Ω Ohm ohm",
        "kΩ kΩ kOhm kohm",
        "° º deg",
        "l L",
        "l/min L/min",
        "lx lux",
        "m² m2",
        "m³ m3",
        "m³/h m3/h",
        "m/s² m/s2",
        "µg/m³ μg/m³ ug/m³ µg/m3 μg/m3 ug/m3",
        "mg/m³ mg/m3",
        "µS/cm μS/cm uS/cm",
        "µA μA uA",
        "µV μV uV",
        "µs μs us"
    };
    private static final Map<String, String> FIRST = new HashMap<>();

    static {
        for (String line : SAME) {
            String[] spellings = line.split(" ");
            for (String spelling : spellings) {
                FIRST.put(spelling, spellings[0]);
            }
        }
    }

    private UnitSpelling() {}

    /** Whether two texts, of which none is null, stand for one unit. */
    static boolean areSame(String one, String other) {
        return one.equals(other) || FIRST.getOrDefault(one, one).equals(FIRST.getOrDefault(other, other));
    }
}
