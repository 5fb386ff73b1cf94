package io.caravan.window;

import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The widths of the windows that are kept, the smallest first. Every other one is a multiple of the smallest, so that it is
 * made of whole windows of that. Immutable.
 */
public final class Widths {

    /** The key of the setting. */
    public static final String KEY = "caravan.window.widths";

    private final List<Width> all;

    private Widths(List<Width> all) {
        this.all = List.copyOf(all);
    }

    /**
     * Reads a list such as {@code 1m,5m,15m}, in any order.
     *
     * @throws UserError when one of them is no divisor of a day in whole seconds, or no multiple of the smallest
     */
    public static Widths parse(String list) {
        TreeSet<Width> widths = new TreeSet<>();
        for (String text : list.split(",", -1)) {
            widths.add(width(text.strip())
                    .orElseThrow(
                            () -> new UserError(KEY + " must be divisors of a day in whole seconds, such as 1m,5m,15m,"
                                    + " not '" + text.strip() + "'")));
        }
        Width smallest = widths.first();
        for (Width width : widths) {
            if (width.seconds() % smallest.seconds() != 0) {
                throw new UserError(
                        KEY + " must be multiples of the smallest, " + smallest + "; " + width + " is none");
            }
        }
        return new Widths(List.copyOf(widths));
    }

    /** All of them, the smallest first. */
    public List<Width> all() {
        return all;
    }

    public Width smallest() {
        return all.get(0);
    }

    /** One of them by its name, in any unit: {@code 1m} and {@code 60s} are the same. */
    public Optional<Width> named(String name) {
        return width(name).filter(all::contains);
    }

    /** A width by its name; empty where the text is none, or no divisor of a day in whole seconds. */
    static Optional<Width> width(String text) {
        try {
            Duration duration = Settings.parseDuration(text);
            boolean whole = duration.equals(Duration.ofSeconds(duration.toSeconds()));
            return whole ? Optional.of(new Width(Math.toIntExact(duration.toSeconds()))) : Optional.empty();
        } catch (IllegalArgumentException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    /** As the setting is written. */
    @Override
    public String toString() {
        return all.stream().map(Width::label).collect(Collectors.joining(","));
    }
}
