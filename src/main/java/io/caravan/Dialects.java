package io.caravan;

import io.caravan.decode.Decoder;
import io.caravan.decode.EventDecoder;
import io.caravan.decode.F2Decoder;
import io.caravan.decode.JsonDecoder;
import io.caravan.decode.JsonDialect;
import io.caravan.decode.SenmlDecoder;
import io.caravan.f2.Parameters;
import io.caravan.ingest.Dialect;
import io.caravan.ingest.TopicShape;
import io.caravan.registry.DeviceRegistry;
import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import io.caravan.sparkplug.Certificates;
import io.caravan.sparkplug.Rebirths;
import io.caravan.sparkplug.Sessions;
import io.caravan.sparkplug.SparkplugDecoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The dialects that Caravan reads. An entry is all that is to be said of one: its name, where its topics name tenant and
 * device, the fields of its payloads that do so, and its decoder. Ingest stamps by it, enrich decodes by it, {@code caravan
 * try} does both. Stateless.
 */
public final class Dialects {

    private static final List<Entry> ALL = List.of(
            new Entry(new Dialect("iot", TopicShape.IOT, "device_id", "tenant_id"), Dialects::jsonOrSenml),
            new Entry(new Dialect("building", TopicShape.OPAQUE, "deviceId", "tenant_id"), Dialects::flexibleJson),
            new Entry(new Dialect("events", TopicShape.OPAQUE, "device_id", "tenant_id"), Dialects::events),
            new Entry(new Dialect("f2", TopicShape.F2, "device_id", "tenant_id"), Dialects::f2),
            new Entry(
                    Dialect.ordered(Certificates.DIALECT, TopicShape.SPARKPLUG),
                    (dialect, settings, lookups) -> new SparkplugDecoder(lookups.sessions(), lookups.rebirths())));

    /**
     * What decoders look up while they decode, held in process: for the stage enrich its routes keep it up to date with file
     * and database.
     */
    public record Lookups(DeviceRegistry registry, Parameters f2, Sessions sessions, Rebirths rebirths) {}

    private record Entry(Dialect dialect, DecoderOf decoder) {}

    @FunctionalInterface
    private interface DecoderOf {
        /** @throws UserError when a setting of the dialect has a bad value */
        Decoder decoder(String dialect, Settings settings, Lookups lookups);
    }

    private Dialects() {}

    /** What ingest knows of each. */
    public static List<Dialect> all() {
        return ALL.stream().map(Entry::dialect).toList();
    }

    /** What ingest knows of one of them. */
    static Dialect named(String name) {
        return all().stream()
                .filter(dialect -> dialect.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /**
     * The decoder of each, by the dialect's name.
     *
     * @throws UserError when a setting of a dialect has a bad value
     */
    public static Map<String, Decoder> decoders(Settings settings, Lookups lookups) {
        Map<String, Decoder> decoders = new HashMap<>();
        for (Entry entry : ALL) {
            String name = entry.dialect().name();
            decoders.put(name, entry.decoder().decoder(name, settings, lookups));
        }
        return Map.copyOf(decoders);
    }

    private static Decoder events(String dialect, Settings settings, Lookups lookups) {
        return new EventDecoder(settings.zone("caravan.dialect." + dialect + ".zone"));
    }

    private static Decoder f2(String dialect, Settings settings, Lookups lookups) {
        return new F2Decoder(lookups.f2(), settings.zone("caravan.dialect." + dialect + ".zone"));
    }

    private static Decoder jsonOrSenml(String dialect, Settings settings, Lookups lookups) {
        return new SenmlDecoder(flexibleJson(dialect, settings, lookups));
    }

    private static Decoder flexibleJson(String dialect, Settings settings, Lookups lookups) {
        return new JsonDecoder(JsonDialect.flexible(settings.zone("caravan.dialect." + dialect + ".zone")));
    }
}
