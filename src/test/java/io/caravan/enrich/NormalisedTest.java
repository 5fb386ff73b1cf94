package io.caravan.enrich;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.caravan.decode.Decoded;
import io.caravan.decode.Measured;
import io.caravan.decode.Measured.Form;
import io.caravan.decode.Reason;
import io.caravan.decode.Undecodable;
import io.caravan.reading.Quality;
import io.caravan.reading.Reading;
import io.caravan.reading.TrendStatistic;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.DeviceType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NormalisedTest {

    private static final long RECEIVED = 1_795_255_200_000_000L;
    private static final DeviceType UNKNOWN = new DeviceRegistry(Path.of("config", "device-registry.json"))
            .types()
            .unknown();

    @Test
    void aReadingHasItsOwnTimeElseThatOfItsMessage() throws Exception {
        Normalised normalised = normalised(
                Decoded.NO_TIME,
                new Measured("a", 1, null, Form.NUMBER, RECEIVED - 60_000_000),
                new Measured("a", 2, null, Form.NUMBER));

        assertThat(normalised.readings())
                .containsExactly(
                        new Reading("a", 1, "", Quality.GOOD, RECEIVED - 60_000_000, 0),
                        new Reading("a", 2, "", Quality.UNCERTAIN, RECEIVED, 1));
    }

    @Test
    void oneReadingFromTheFutureIsAMessageFromTheFuture() {
        assertThatThrownBy(() -> normalised(
                        RECEIVED, new Measured("a", 1, null, Form.NUMBER, RECEIVED + 600_000_001), number("b")))
                .isInstanceOfSatisfying(
                        Undecodable.class, e -> assertThat(e.reason()).isEqualTo(Reason.TIMESTAMP_IN_FUTURE));
    }

    @Test
    void whatTheRegistryMayMakeAReadingTakesNoNumberFromTheOthers() throws Exception {
        Measured state = new Measured("state", Double.NaN, null, Form.TEXT);
        Measured overflow = new Measured("b", Double.NaN, null, Form.OVERFLOW);

        assertThat(normalised(RECEIVED, state, number("a"), overflow).readings())
                .extracting(Reading::metric, Reading::number)
                .containsExactly(tuple("a", 0), tuple("b", 1));
    }

    @Test
    void whereConfigurationChoosesTheLeavesEachCountsThoseOfItsMetricOnly() throws Exception {
        for (int others : new int[] {2, 50}) {
            List<Measured> leaves = new ArrayList<>();
            for (int i = 0; i < others; i++) {
                leaves.add(number("m" + i));
            }
            leaves.add(new Measured("a", Double.NaN, null, Form.TEXT));
            leaves.add(number("a"));
            leaves.add(number("a"));
            Decoded decoded = Decoded.of("d", RECEIVED, 1)
                    .measured(leaves, List.of())
                    .chosen(true)
                    .build();

            List<Reading> readings = Normalised.of(decoded, RECEIVED, UNKNOWN).readings();

            assertThat(readings.subList(0, others)).extracting(Reading::number).containsOnly(0);
            assertThat(readings.subList(others, readings.size()))
                    .extracting(Reading::number)
                    .containsExactly(1, 2);
        }
    }

    @Test
    void theValuesOfAMessageAreOfFiveHundredDaysAtMost() throws Exception {
        assertThat(normalised(RECEIVED, daily(500)).readings()).hasSize(500);

        assertThatThrownBy(() -> normalised(RECEIVED, daily(501)))
                .isInstanceOfSatisfying(
                        Undecodable.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE))
                .hasMessageContaining("501 days")
                .hasMessageContaining("several messages");
    }

    @Test
    void soAreItsTrends() {
        Decoded decoded = Decoded.of("d", RECEIVED, 1)
                .eventType("trends")
                .trends(Stream.of(daily(501))
                        .map(value -> new TrendStatistic("a", value.timestamp(), 1, 1, 1, 1))
                        .toList())
                .build();

        assertThatThrownBy(() -> Normalised.of(decoded, RECEIVED, UNKNOWN)).hasMessageContaining("501 days");
    }

    private static Measured[] daily(int days) {
        return IntStream.range(0, days)
                .mapToObj(day -> new Measured("a", day, null, Form.NUMBER, RECEIVED - day * 86_400_000_000L))
                .toArray(Measured[]::new);
    }

    private static Measured number(String metric) {
        return new Measured(metric, 1, null, Form.NUMBER);
    }

    private static Normalised normalised(long timestamp, Measured... measured) throws Undecodable {
        Decoded decoded = Decoded.of("d", timestamp, 1)
                .measured(List.of(measured), List.of())
                .build();
        return Normalised.of(decoded, RECEIVED, UNKNOWN);
    }
}
