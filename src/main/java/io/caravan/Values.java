package io.caravan;

import io.caravan.settings.MqttAddress;
import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import io.caravan.window.Widths;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** Looks at the values that only routes and clients read, which would tell of a bad one late, in a page, or never. */
final class Values {

    private static final Pattern BROKERS = Pattern.compile("[^\\s,]+:\\d{1,5}(\\s*,\\s*[^\\s,]+:\\d{1,5})*");
    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
    private static final Pattern DATABASE = Pattern.compile("jdbc:postgresql:\\S+");

    private static final long MOST_DAYS = 36_500;

    private Values() {}

    /** @throws UserError naming the key of a value that cannot be used */
    static void require(Settings settings) {
        for (String stage : List.of("enrich", "store")) {
            settings.number("caravan." + stage + ".consumers", 1, 1_000);
            settings.number("caravan." + stage + ".batch", 1, 1_000_000);
        }
        settings.number("caravan.batch.interval-ms", 1, 60_000);
        int record = KafkaSizes.of(settings).record();
        if (settings.number("caravan.ingest.max-payload-bytes", 1_024, KafkaSizes.LARGEST_RECORD) > record) {
            throw new UserError(
                    "caravan.ingest.max-payload-bytes must not be more than caravan.kafka.max-record-bytes (" + record
                            + "): Kafka would refuse what ingest takes");
        }
        for (String topic : List.of("raw", "enriched", "aggregates", "commands", "dead-letters", "events")) {
            require(settings, "caravan.topic." + topic, TOPIC, "a Kafka topic of letters, digits, '.', '_' and '-'");
        }
        Widths.parse(settings.text(Widths.KEY));
        if (settings.duration("caravan.window.settle-after").compareTo(Duration.ofDays(1)) > 0) {
            throw new UserError("caravan.window.settle-after must not be more than a day");
        }
        for (String key : List.of("caravan.window.grace", "caravan.window.idle-after")) {
            if (settings.duration(key).compareTo(Duration.ofHours(1)) > 0) {
                throw new UserError(key + " must not be more than an hour");
            }
        }
        settings.number("caravan.window.most-open", 1, Integer.MAX_VALUE);
        if (settings.duration("caravan.presence.update-frequency").isZero()) {
            throw new UserError("caravan.presence.update-frequency must be longer than nothing, such as 1m");
        }
        String registry = settings.text("caravan.registry.file");
        if (!Files.isReadable(Path.of(registry))) {
            throw new UserError("caravan.registry.file must be a file that can be read, not '" + registry + "'");
        }
        requireBroker(settings, "caravan.mqtt.url");
        settings.flag("caravan.mqtt.counters");
        require(settings, "caravan.kafka.brokers", BROKERS, "host:port, separated by commas");
        require(settings, "caravan.db.url", DATABASE, "an address such as jdbc:postgresql://host:port/database");
        requireAge(settings, "caravan.db.compress-after");
        for (String family : List.of(
                "readings",
                "events",
                "trend-statistics",
                "windows",
                "dead-letters",
                "commands",
                "event-ids",
                "idempotency-keys",
                "audit")) {
            requireAge(settings, "caravan.db.retention." + family);
        }
        if (settings.duration("caravan.http.time-limit").toSeconds() < 1) {
            throw new UserError("caravan.http.time-limit must be 1s or more");
        }
        settings.number("caravan.http.ingest.max-bytes", 1_024, KafkaSizes.LARGEST_RECORD);
    }

    /** PostgreSQL reads the same text as an interval. */
    private static void requireAge(Settings settings, String key) {
        String value = settings.text(key);
        if (value.equals("off")) {
            return;
        }
        try {
            long days = Settings.parseDuration(value).toDays();
            if (days >= 1 && days <= MOST_DAYS) {
                return;
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw new UserError(key + " must be off, or a duration from 1d to " + MOST_DAYS + "d, not '" + value + "'");
    }

    /** User and password have keys of their own. */
    private static void requireBroker(Settings settings, String key) {
        String url = settings.text(key);
        try {
            if (MqttAddress.of(url).userInfo() == null) {
                return;
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        throw bad(key, "tcp://host:port or ssl://host:port", url);
    }

    private static void require(Settings settings, String key, Pattern pattern, String what) {
        String value = settings.text(key);
        if (!pattern.matcher(value).matches()) {
            throw bad(key, what, value);
        }
    }

    private static UserError bad(String key, String what, String value) {
        return new UserError(key + " must be " + what + ", not '" + withoutSecrets(value) + "'");
    }

    /** User information and parameters of a URL may hold a password. */
    private static String withoutSecrets(String value) {
        return value.replaceAll("//.*@", "//...@").replaceAll("\\?.*", "?...");
    }
}
