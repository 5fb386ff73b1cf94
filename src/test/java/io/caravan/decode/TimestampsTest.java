package io.caravan.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {

    private static final ZoneId VIENNA = ZoneId.of("Europe/Vienna");

    @ParameterizedTest
    @CsvSource({
        "2026-11-21T10:15:30Z, 2026-11-21T10:15:30.000000Z",
        "2026-11-21T10:15:30.5Z, 2026-11-21T10:15:30.500000Z",
        "2026-11-21T10:15:30.123456Z, 2026-11-21T10:15:30.123456Z",
        "2026-11-21T10:15:30.123456789Z, 2026-11-21T10:15:30.123456Z",
        "2026-11-21t10:15:30z, 2026-11-21T10:15:30.000000Z",
        "2026-11-21T10:15:30+00:00, 2026-11-21T10:15:30.000000Z",
        "2026-11-21T10:15:30-0330, 2026-11-21T13:45:30.000000Z",
        "2026-11-21 10:15:30.5 +05:45, 2026-11-21T04:30:30.500000Z",
        "2026-11-21 10:15:30.543400, 2026-11-21T09:15:30.543400Z",
        "2026-06-21T10:15:30, 2026-06-21T08:15:30.000000Z",
        "2026-11-21 10:15, 2026-11-21T09:15:00.000000Z",
        "' 2026-11-21T10:15:30Z ', 2026-11-21T10:15:30.000000Z",
        "2024-02-29T00:00:00Z, 2024-02-29T00:00:00.000000Z",
        "2016-12-31T23:59:60Z, 2017-01-01T00:00:00.000000Z",
        "1970-01-01T00:00:00Z, 1970-01-01T00:00:00.000000Z",
        "9999-12-31T23:59:59.999999Z, 9999-12-31T23:59:59.999999Z",
        "1795220356, 2026-11-21T00:19:16.000000Z",
        "1795220356.227123, 2026-11-21T00:19:16.227123Z",
        "1795220356227, 2026-11-21T00:19:16.227000Z",
        "1795220356227123, 2026-11-21T00:19:16.227123Z",
        "9007199254740993, 2255-06-05T23:47:34.740993Z",
        "99999999999999999, 5138-11-16T09:46:39.999999Z",
        "100000000000000000, 1973-03-03T09:46:40.000000Z",
        "1795220356227123456, 2026-11-21T00:19:16.227123Z",
        "9223372036854775807, 2262-04-11T23:47:16.854775Z",
        "2026/11/21 10:15:30, 2026-11-21T09:15:30.000000Z",
        "2026/11/21 10:15:30.5 UTC, 2026-11-21T10:15:30.500000Z",
        "2026-11-21 10:15:30 UTC, 2026-11-21T10:15:30.000000Z",
        "2026-11-21T10:15:30+01, 2026-11-21T09:15:30.000000Z",
        "2026-11-21 10:15:30.5-03, 2026-11-21T13:15:30.500000Z",
        "0, 1970-01-01T00:00:00.000000Z"
    })
    void textsAreReadToTheMicrosecond(String text, String time) throws Exception {
        assertThat(Timestamps.format(Timestamps.ofText(text, VIENNA))).isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "yesterday",
                "2026-11-21",
                "10:15:30",
                "2026-13-01T00:00:00Z",
                "2026-02-29T00:00:00Z",
                "2026-11-21T24:00:00Z",
                "2026-11-21T10:60:00Z",
                "2026-11-21T10:15:61Z",
                "2026-11-21T10:15:30.Z",
                "2026-11-21T10:15:30+19:00",
                "1969-12-31T23:59:59.999999Z",
                "0000-01-01T00:00:00Z",
                "9999-12-31T23:59:59-01:00",
                "10000-01-01T00:00:00Z",
                "2026-11-21T10:15:30.%f",
                "-1",
                "1e9",
                "NaN",
                "9223372036854775808",
                "9999999999999999999",
                "10000000000000000000",
                "2026/11-21 10:15:30",
                "21/11/2026 10:15:30",
                "11/21/2026 10:15:30",
                "21.11.2026 10:15:30",
                "2026-11-21 10:15:30 CET",
                "2026-11-21T10:15:30+1",
                "٢٠٢٦-١١-٢١T10:15:30Z",
                "2026-11-21T10:15:30Z2026-11-21T10:15:30Z",
                "null"
            })
    void whatIsNoTimeIsNamed(String text) {
        assertThat(catchThrowableOfType(Undecodable.class, () -> Timestamps.ofText(text, VIENNA))
                        .reason())
                .isEqualTo(Reason.INVALID_TIMESTAMP);
    }

    @Test
    void theDetailTellsAFormThatIsNotReadFromATimeThatIsNone() {
        assertThatThrownBy(() -> Timestamps.ofText("03.12.2024 01:16:08", VIENNA))
                .hasMessage("no time in a form that is read (RFC 3339, YYYY-MM-DD hh:mm:ss or a number since 1970):"
                        + " '03.12.2024 01:16:08'");
        assertThatThrownBy(() -> Timestamps.ofText("1969-12-31T23:59:59Z", VIENNA))
                .hasMessage("no time between 1970 and 9999: '1969-12-31T23:59:59Z'");
    }

    @Test
    void aLongTextIsRefusedWithoutBeingRepeated() {
        assertThatThrownBy(() -> Timestamps.ofText("1".repeat(1_000_000), VIENNA))
                .isInstanceOf(Undecodable.class)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(100));
    }

    @Test
    void theUnitOfANumberIsToldByItsMagnitude() throws Exception {
        assertThat(Timestamps.ofInteger(99_999_999_999L)).isEqualTo(99_999_999_999_000_000L);
        assertThat(Timestamps.ofInteger(100_000_000_000L)).isEqualTo(100_000_000_000_000L);
        assertThat(Timestamps.ofInteger(99_999_999_999_999L)).isEqualTo(99_999_999_999_999_000L);
        assertThat(Timestamps.ofInteger(100_000_000_000_000L)).isEqualTo(100_000_000_000_000L);
        assertThat(Timestamps.ofInteger(99_999_999_999_999_999L)).isEqualTo(99_999_999_999_999_999L);
        assertThat(Timestamps.ofInteger(100_000_000_000_000_000L)).isEqualTo(100_000_000_000_000L);
        assertThat(Timestamps.ofInteger(Long.MAX_VALUE)).isEqualTo(9_223_372_036_854_775L);
        assertThat(Timestamps.ofNumber(1.795220356227e18)).isEqualTo(1_795_220_356_227_000L);
        for (long number : new long[] {0, 1, 1_795_220_356, 1_795_220_356_227L, 1_795_220_356_227_123L}) {
            assertThat(Timestamps.ofNumber(number)).isEqualTo(Timestamps.ofInteger(number));
        }
        assertThat(Timestamps.ofNumber(1_795_220_356.227123)).isEqualTo(1_795_220_356_227_123L);
        assertThat(Timestamps.ofNumber(1_795_220_356_227.5)).isEqualTo(1_795_220_356_227_500L);
        assertThat(Timestamps.ofNumber(-0.0)).isZero();
    }

    @Test
    void numbersOutsideAreRefused() {
        for (long number : new long[] {-1, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> Timestamps.ofInteger(number)).isInstanceOf(Undecodable.class);
        }
        for (double number : new double[] {-1e-9, -1, 0x1p63, 1e300, Double.POSITIVE_INFINITY, Double.NaN}) {
            assertThatThrownBy(() -> Timestamps.ofNumber(number)).isInstanceOf(Undecodable.class);
        }
    }

    @Test
    void whatIsWrittenIsReadBackAndAgreesWithTheJdk() throws Exception {
        Random random = new Random(3);
        for (int i = 0; i < 100_000; i++) {
            long micros = (random.nextLong() >>> 1) % (Timestamps.LAST + 1);
            String text = Timestamps.format(micros);
            assertThat(Timestamps.ofText(text, ZoneOffset.UTC)).isEqualTo(micros);
            if (i % 10 == 0) {
                assertThat(Instant.parse(text)).isEqualTo(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"UTC", "Z", "Etc/UTC", "+05:45", "-11:00", "Etc/GMT-3", "Europe/Vienna", "America/New_York"})
    void aTimeWithoutZoneIsThatOfTheZoneAsTheJdkHasIt(String zone) throws Exception {
        ZoneId named = ZoneId.of(zone);
        Random random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            long micros = (random.nextLong() >>> 1) % Timestamps.LAST;
            String utc = Timestamps.format(micros);
            int length = i % 3 == 0 ? 19 : 21 + random.nextInt(6);
            String naive = (i % 2 == 0 ? utc.replace('T', ' ') : utc).substring(0, length);
            Instant instant =
                    LocalDateTime.parse(naive.replace(' ', 'T')).atZone(named).toInstant();
            long expected = instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
            if (Timestamps.isTime(expected)) {
                assertThat(Timestamps.ofText(naive, named)).as(naive).isEqualTo(expected);
                char[] within = ("\"" + naive + "\"").toCharArray();
                assertThat(Timestamps.ofText(within, 1, naive.length(), named)).isEqualTo(expected);
            } else {
                assertThatThrownBy(() -> Timestamps.ofText(naive, named)).isInstanceOf(Undecodable.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-02-29 10:15:30",
                "2026-11-21 24:00:00",
                "2026-11-21 10:15:30.",
                "2026-11-21 10:15:3x.5",
                "2026-11-21_10:15:30",
                "2026/02/29 10:15:30"
            })
    void whatIsNoTimeWithoutZoneIsNamedInEveryZone(String text) {
        for (ZoneId zone : new ZoneId[] {ZoneOffset.UTC, VIENNA}) {
            assertThat(catchThrowableOfType(Undecodable.class, () -> Timestamps.ofText(text, zone))
                            .reason())
                    .isEqualTo(Reason.INVALID_TIMESTAMP);
        }
    }
}
