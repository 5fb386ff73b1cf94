package io.caravan.registry;

import io.caravan.decode.Decoded;
import io.caravan.decode.MappedDecoder;
import io.caravan.decode.Measured;
import io.caravan.decode.Parts;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Undecodable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A dialect with one topic, {@code a/{device}} unless it is told otherwise, and what it reads, for tests. */
final class DeclaredDialect {

    static final long RECEIVED = 1_795_262_400_000_000L;

    private final MappedDecoder decoder;
    private final String topic;

    private DeclaredDialect(MappedDecoder decoder, String topic) {
        this.decoder = decoder;
        this.topic = topic;
    }

    /** @param rules with ' for " */
    static DeclaredDialect of(Path folder, String rules) throws IOException {
        return of(folder, "a/{device}", "a/d", rules);
    }

    static DeclaredDialect of(Path folder, String template, String topic, String rules) throws IOException {
        String lift = RegistryFixture.lift("'measurements':{}");
        String registry = lift.substring(0, lift.length() - 1) + ",'dialects':{'a':{'topics':{'" + template + "':{"
                + rules + "}}}}}";
        MappedDecoder decoder = new DeviceRegistry(RegistryFixture.write(folder, registry.replace('\'', '"')))
                .types()
                .dialects()
                .get("a")
                .decoder();
        return new DeclaredDialect(decoder, topic);
    }

    List<Decoded> read(String payload) throws Undecodable {
        return read(payload.getBytes(StandardCharsets.UTF_8));
    }

    /** A message, or its rows in their order. */
    List<Decoded> read(byte[] payload) throws Undecodable {
        RawMessage whole = message(payload);
        Parts parts = decoder.parts(whole);
        if (parts.isEmpty()) {
            return List.of(decoder.decode(whole));
        }
        List<Decoded> rows = new ArrayList<>();
        for (byte[] part : parts.payloads()) {
            RawMessage row = decoder.plain(whole.of(part, parts.first() + rows.size()));
            if (!decoder.parts(row).isEmpty()) {
                throw new AssertionError("a row is taken apart again");
            }
            rows.add(decoder.decode(row));
        }
        return rows;
    }

    private RawMessage message(byte[] payload) {
        return decoder.plain(decoder.addressed(new RawMessage("a", topic, null, null, RECEIVED, payload)));
    }

    /** The rows of a message as they are sent on. */
    List<byte[]> parts(byte[] payload) throws Undecodable {
        return decoder.parts(message(payload)).payloads();
    }

    /** The readings of a row alone. */
    String shown(byte[] row, int number) throws Undecodable {
        return shown(decoder.decode(message(row).of(row, number)));
    }

    /** The readings of a message, or of each of its rows, behind the device. */
    List<String> shown(String payload) throws Undecodable {
        return shown(payload.getBytes(StandardCharsets.UTF_8));
    }

    List<String> shown(byte[] payload) throws Undecodable {
        return read(payload).stream().map(DeclaredDialect::shown).toList();
    }

    static String shown(Decoded decoded) {
        return decoded.device() + ": "
                + decoded.measured().stream().map(DeclaredDialect::shown).collect(Collectors.joining(", "));
    }

    private static String shown(Measured value) {
        String unit = value.unit() == null ? "" : " " + value.unit();
        return value.metric()
                + '='
                + switch (value.form()) {
                    case NUMBER -> value.value() + unit;
                    case OVERFLOW, NO_INTEGER, REJECTED -> "BAD";
                    case CUT_OFF -> "cut off" + unit;
                    case TEXT -> "text";
                    case ABSENT -> "null";
                };
    }
}
