package io.caravan.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class BacklogTest {

    @Test
    void aBacklogThatSettlesAfterTheStartIsSteady() {
        assertThat(Backlog.steady(samples(second -> second < 20 ? second * 5000 : 3000 + second % 7 * 500), 30_000))
                .isTrue();
    }

    @Test
    void aBacklogThatGrowsByATenthOfTheRateIsNot() {
        assertThat(Backlog.steady(samples(second -> second * 3000), 30_000)).isFalse();
    }

    @Test
    void nothingSampledIsSteady() {
        assertThat(Backlog.steady(List.of(), 30_000)).isTrue();
    }

    private static List<Backlog.Sample> samples(LongUnaryOperator backlog) {
        return LongStream.iterate(0, second -> second < 60, second -> second + 2)
                .mapToObj(second -> new Backlog.Sample(second * 1_000_000_000L, backlog.applyAsLong(second)))
                .toList();
    }
}
