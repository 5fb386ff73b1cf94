package io.caravan.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any text is a time, a quantity and an identifier that keep their promises, or it is none. */
class ValuesFuzz {

    private static final ZoneId SUMMER_AND_WINTER = ZoneId.of("America/St_Johns");

    static Stream<byte[]> texts() {
        return Stream.of(
                        "2026-11-21T10:15:30.123456Z",
                        "2026-11-21T10:15:30Z",
                        "2024-02-29 23:59:60.9",
                        "2026-03-08T02:30:00",
                        "2026-11-01 01:30",
                        "2026-11-21t10:15:30,1234567+05:45",
                        "1969-12-31T23:59:59.999999999Z",
                        "9999-12-31T23:59:59.999999-18:00",
                        "0000-01-01T00:00:00Z",
                        "2026-11-21T10:15:30+9999",
                        "2026-02-30T10:15:30.1Z",
                        "20²6-11-21T10:15:30Z",
                        "1795256130",
                        "1795256130123.5",
                        "9007199254740993",
                        "99999999999999999",
                        "-1",
                        "1e999",
                        "-1.5E-400 kWh",
                        "27.93 °C",
                        "+.5%",
                        "1.5 m3/h",
                        "5e",
                        "0x1F",
                        "2.1.0",
                        "27,5",
                        "1 \ud83d",
                        "1 \"",
                        "NaN",
                        " \u2003 ",
                        "door\u0000\u009f😀",
                        "9".repeat(64) + " " + "m".repeat(16),
                        "x".repeat(201))
                .map(text -> text.getBytes(UTF_8));
    }

    @MethodSource("texts")
    @FuzzTest(maxDuration = "10s")
    void aTextIsAValueThatReadsBackOrIsNone(byte[] bytes) throws Undecodable {
        String text = new String(bytes, UTF_8);
        requireTime(text);
        requireQuantity(text);
        requireText(text);
    }

    private static void requireTime(String text) throws Undecodable {
        long time = time(text, ZoneOffset.UTC);
        long elsewhere = time(text, SUMMER_AND_WINTER);
        if (time == Decoded.NO_TIME) {
            return;
        }
        assertThat(Timestamps.isTime(time)).isTrue();
        assertThat(Timestamps.ofText(Timestamps.format(time), SUMMER_AND_WINTER))
                .isEqualTo(time);
        String stripped = text.strip();
        if (stripped.endsWith("Z") || stripped.endsWith("z")) {
            assertThat(elsewhere).isEqualTo(time);
        }
        if (stripped.matches("\\d+")) {
            assertThat(time).as("as text and as number").isEqualTo(Timestamps.ofInteger(Long.parseLong(stripped)));
        }
    }

    private static long time(String text, ZoneId zone) {
        try {
            return Timestamps.ofText(text, zone);
        } catch (Undecodable e) {
            assertThat(e.reason()).isEqualTo(Reason.INVALID_TIMESTAMP);
            assertThat(Text.isClean(e.getMessage())).as(e.getMessage()).isTrue();
            return Decoded.NO_TIME;
        }
    }

    private static void requireQuantity(String text) {
        Quantity quantity = Quantity.parse(text);
        if (quantity == null) {
            return;
        }
        assertThat(Double.isFinite(quantity.value())).isTrue();
        if (quantity.unit() == null) {
            assertThat(Quantity.parse(Double.toString(quantity.value()))).isEqualTo(quantity);
        } else {
            assertThat(quantity.unit()).isNotBlank().hasSizeLessThanOrEqualTo(16);
            assertThat(Text.isClean(quantity.unit())).isTrue();
            assertThat(Quantity.parse(quantity.value() + " " + quantity.unit())).isEqualTo(quantity);
        }
    }

    private static void requireText(String text) {
        String excerpt = Text.excerpt(text);
        assertThat(Text.isClean(excerpt)).as(excerpt).isTrue();
        assertThat(excerpt).hasSizeLessThan(90);
        assertThat(Text.printable(text)).hasSameSizeAs(text);
        if (Text.isId(text)) {
            assertThat(Text.isClean(text)).isTrue();
            assertThat(text).isNotBlank().hasSizeLessThanOrEqualTo(200);
            assertThat(new String(text.getBytes(UTF_8), UTF_8)).isEqualTo(text);
        }
    }
}
