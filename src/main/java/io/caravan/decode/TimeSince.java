package io.caravan.decode;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads times that are numbers since another epoch than 1970, such as the days since 1899-12-30 of spreadsheets. They are rounded to the
 * microsecond. Leap seconds are not counted. Thread-safe.
 */
public final class TimeSince implements TimeForm {

    private static final Map<String, ChronoUnit> UNITS = new LinkedHashMap<>();

    static {
        UNITS.put("d", ChronoUnit.DAYS);
        UNITS.put("h", ChronoUnit.HOURS);
        UNITS.put("min", ChronoUnit.MINUTES);
        UNITS.put("s", ChronoUnit.SECONDS);
        UNITS.put("ms", ChronoUnit.MILLIS);
        UNITS.put("us", ChronoUnit.MICROS);
        UNITS.put("ns", ChronoUnit.NANOS);
    }

    /** So that no arithmetic is dear. */
    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d{1,19}(?:\\.\\d{1,18})?(?:[eE][+-]?\\d{1,2})?");

    /** Few devices are older than this, and fewer know of the time to come. */
    private static final long PLAUSIBLE_FROM =
            Instant.parse("1990-01-01T00:00:00Z").getEpochSecond() * 1_000_000;

    private static final long PLAUSIBLE_AHEAD = 3652L * 86_400 * 1_000_000;

    private final String told;
    private final LocalDateTime epoch;
    private final ZoneId zone;
    private final ChronoUnit unit;

    /**
     * @param epoch when the number is 0, as RFC 3339 has it, {@code 2000-01-01T00:00:00Z}; without an offset it is a local time, and
     *     numbers count the hours that a local clock shows
     * @param unit one of {@link #units}
     * @param zone of an epoch that names none
     * @throws IllegalArgumentException when the epoch is none
     */
    public TimeSince(String epoch, String unit, ZoneId zone) {
        this.told = unit + " since " + epoch;
        this.unit = UNITS.get(unit);
        boolean local = epoch.matches("[^T]*T[^Z+-]*");
        try {
            this.epoch = local
                    ? LocalDateTime.parse(epoch)
                    : LocalDateTime.ofInstant(OffsetDateTime.parse(epoch).toInstant(), ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("is no time such as 2000-01-01T00:00:00Z: " + Text.excerpt(epoch));
        }
        this.zone = local ? zone : ZoneOffset.UTC;
    }

    /** What numbers may count: d, h, min, s, ms, us, ns. */
    public static Set<String> units() {
        return Collections.unmodifiableSet(UNITS.keySet());
    }

    @Override
    public long micros(String text) throws Undecodable {
        Long found = micros(text, unit);
        if (found == null) {
            throw new Undecodable(
                    Reason.INVALID_TIMESTAMP,
                    "no number of " + told + ", which the registry says, that is a time between 1970 and 9999: "
                            + Text.excerpt(text));
        }
        return found;
    }

    /** Null where it is no time. */
    private Long micros(String text, ChronoUnit counted) {
        try {
            if (NUMBER.matcher(text).matches()) {
                long since = new BigDecimal(text)
                        .multiply(BigDecimal.valueOf(counted.getDuration().toNanos())
                                .movePointLeft(3))
                        .setScale(0, RoundingMode.HALF_UP)
                        .longValueExact();
                Instant time = epoch.plus(since, ChronoUnit.MICROS).atZone(zone).toInstant();
                long found =
                        Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
                return Timestamps.isTime(found) ? found : null;
            }
        } catch (DateTimeException | ArithmeticException e) {
            return null;
        }
        return null;
    }

    /**
     * Why the unit may be wrong: the time lies before 1990 or more than ten years ahead, and in another unit it would not. Null where it
     * may be right.
     *
     * @param now microseconds since the epoch
     */
    String doubt(String text, long now) {
        if (isPlausible(micros(text, unit), now)) {
            return null;
        }
        for (Map.Entry<String, ChronoUnit> other : UNITS.entrySet()) {
            Long meant = micros(text, other.getValue());
            if (isPlausible(meant, now)) {
                return Text.excerpt(text) + " is hardly a number of " + told + ": with \"unit\": \"" + other.getKey()
                        + "\" it would be " + Timestamps.format(meant);
            }
        }
        return null;
    }

    private static boolean isPlausible(Long time, long now) {
        return time != null && time >= PLAUSIBLE_FROM && time <= now + PLAUSIBLE_AHEAD;
    }
}
