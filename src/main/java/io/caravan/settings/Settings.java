package io.caravan.settings;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The values of {@code application.properties}, overlaid by the environment. A key {@code caravan.http.port} can be given
 * as {@code CARAVAN_HTTP_PORT}, or as {@code CARAVAN_HTTP_PORT_FILE}, the name of a file that holds the value (for
 * secrets). Order: override (command line), environment, file of the environment, properties file. Immutable.
 */
public final class Settings {

    private final SortedMap<String, String> values;
    /** Where values stand that were read from files of their own, by key. */
    private final Map<String, Path> files;

    private Settings(SortedMap<String, String> values, Map<String, Path> files) {
        this.values = Collections.unmodifiableSortedMap(values);
        this.files = Map.copyOf(files);
    }

    /**
     * Reads a properties file and overlays the environment.
     *
     * @throws UserError when the file, or a file that the environment names, cannot be read
     */
    public static Settings load(Path file, Map<String, String> environment) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError("Cannot read " + file + ": " + e.getMessage(), e);
        }
        SortedMap<String, String> values = new TreeMap<>();
        properties.forEach((key, value) -> values.put((String) key, ((String) value).strip()));
        Map<String, String> known = Map.copyOf(values);
        Map<String, Path> files = new HashMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith("CARAVAN_") && namesFile(known, name)) {
                String key = keyOf(known, name.substring(0, name.length() - "_FILE".length()));
                values.put(key, contentOf(name, value));
                files.put(key, Path.of(value));
            }
        });
        environment.forEach((name, value) -> {
            if (name.startsWith("CARAVAN_") && !namesFile(known, name)) {
                values.put(keyOf(known, name), value);
                files.remove(keyOf(known, name));
            }
        });
        return new Settings(values, files);
    }

    /** The same settings with some values replaced. */
    public Settings with(Map<String, String> overrides) {
        SortedMap<String, String> copy = new TreeMap<>(values);
        copy.putAll(overrides);
        Map<String, Path> remaining = new HashMap<>(files);
        remaining.keySet().removeAll(overrides.keySet());
        return new Settings(copy, remaining);
    }

    /** A secret, asked for whenever it is used; where it stands in a file of its own, it changes with the file. */
    public Supplier<String> secret(String key) {
        return secret(key, Function.identity());
    }

    /**
     * What is made of a secret, likewise.
     *
     * @param maker throws a {@link UserError} for a secret that cannot be used
     * @throws UserError when that is the first one
     */
    public <T> Supplier<T> secret(String key, Function<String, T> maker) {
        String value = text(key);
        Optional<Path> file = file(key);
        if (file.isEmpty()) {
            T made = maker.apply(value);
            return () -> made;
        }
        return new Followed<>(key, List.of(file.get()), () -> maker.apply(current(key)));
    }

    /** The file of its own in which a value stands, where it does. */
    Optional<Path> file(String key) {
        return Optional.ofNullable(files.get(spelt(key)));
    }

    /**
     * The value of a key, as its file has it now where it stands in one of its own.
     *
     * @throws UserError when the file cannot be read, or is empty
     */
    String current(String key) {
        Path file = files.get(spelt(key));
        if (file == null) {
            return text(key);
        }
        try {
            String content = Files.readString(file).strip();
            if (!content.isEmpty()) {
                return content;
            }
        } catch (IOException e) {
            throw new UserError(key + ": its file " + file + " cannot be read (" + e + ")", e);
        }
        throw new UserError(key + ": its file " + file + " is empty");
    }

    public Map<String, String> asMap() {
        return values;
    }

    /** A variable of the environment does not tell hyphens from dots; of a key that the file does not have it has become dots. */
    private String spelt(String key) {
        return values.containsKey(key) ? key : key.replace('-', '.');
    }

    /** The value of a key, or the fallback where it is absent or blank. */
    public String text(String key, String fallback) {
        String value = values.get(spelt(key));
        return value == null || value.isBlank() ? fallback : value;
    }

    /**
     * The value of a key.
     *
     * @throws UserError when it is absent or blank
     */
    public String text(String key) {
        String value = text(key, null);
        if (value == null) {
            throw new UserError(key + " is not set: give it in application.properties or as " + variableOf(key));
        }
        return value;
    }

    /**
     * A whole number of a range.
     *
     * @throws UserError when the value is absent, no whole number, or outside min..max
     */
    public int number(String key, int min, int max) {
        String value = text(key);
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new UserError(key + " must be a whole number from " + min + " to " + max + ", not '" + value + "'");
    }

    /** A TCP port, 0 for any free one. */
    public int port(String key) {
        return number(key, 0, 65535);
    }

    /**
     * true or false.
     *
     * @throws UserError when the value is anything else
     */
    public boolean flag(String key) {
        String value = text(key).toLowerCase(Locale.ROOT);
        if (!value.equals("true") && !value.equals("false")) {
            throw new UserError(key + " must be true or false, not '" + value + "'");
        }
        return value.equals("true");
    }

    /**
     * A duration such as {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h} or {@code 7d}.
     *
     * @throws UserError when the value is none
     */
    public Duration duration(String key) {
        String value = text(key);
        try {
            return parseDuration(value);
        } catch (IllegalArgumentException e) {
            throw new UserError(key + " must be a duration such as 500ms, 30s, 5m or 2h, not '" + value + "'");
        }
    }

    /**
     * A time zone such as {@code Europe/Berlin}, {@code +02:00} or {@code UTC}.
     *
     * @throws UserError when the value is none
     */
    public ZoneId zone(String key) {
        String value = text(key);
        try {
            return ZoneId.of(value);
        } catch (DateTimeException e) {
            throw new UserError(key + " must be a time zone such as Europe/Berlin or UTC, not '" + value + "'");
        }
    }

    /**
     * Reads a duration such as {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h} or {@code 7d}.
     *
     * @throws IllegalArgumentException when the text is none
     */
    public static Duration parseDuration(String text) {
        var matcher = java.util.regex.Pattern.compile("(\\d{1,9})(ms|s|m|h|d)").matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no duration: " + text);
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    /** The environment variable that overrides a key. */
    public static String variableOf(String key) {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** Whether a variable names a file with the value; CARAVAN_REGISTRY_FILE is the value of caravan.registry.file. */
    private static boolean namesFile(Map<String, String> known, String variable) {
        return variable.endsWith("_FILE")
                && known.keySet().stream().map(Settings::variableOf).noneMatch(variable::equals);
    }

    private static String keyOf(Map<String, String> known, String variable) {
        for (String key : known.keySet()) {
            if (variableOf(key).equals(variable)) {
                return key;
            }
        }
        return variable.toLowerCase(Locale.ROOT).replace('_', '.');
    }

    private static String contentOf(String variable, String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            throw new UserError("Cannot read the file that " + variable + " names: " + file, e);
        }
    }
}
