package io.caravan.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SummaryTest {

    private record Value(double value, long timestamp, long sequence) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void partsInAnyOrderTellWhatAllValuesTogetherTell(long seed) {
        Random random = new Random(seed);
        List<Value> values = new ArrayList<>();
        double offset = random.nextDouble() * 1e6;
        for (int i = 1 + random.nextInt(2_000); i > 0; i--) {
            // few timestamps, so that the sequence decides
            values.add(new Value(offset + random.nextGaussian(), random.nextInt(50), random.nextLong()));
        }

        Summary all = new Summary();
        List<Summary> parts = new ArrayList<>();
        Collections.shuffle(values, random);
        for (Value value : values) {
            if (parts.isEmpty() || random.nextInt(20) == 0) {
                parts.add(new Summary());
            }
            parts.get(parts.size() - 1).add(value.value, value.timestamp, value.sequence);
        }
        Collections.shuffle(parts, random);
        parts.forEach(all::add);

        double sum = values.stream().mapToDouble(Value::value).sum();
        double mean = sum / values.size();
        Comparator<Value> byTime = Comparator.comparingLong(Value::timestamp).thenComparingLong(Value::sequence);
        assertThat(all.count()).isEqualTo(values.size());
        assertThat(all.sum()).isCloseTo(sum, within(1e-9 * Math.abs(sum)));
        assertThat(all.avg()).isCloseTo(mean, within(1e-9 * Math.abs(mean)));
        assertThat(all.min())
                .isEqualTo(values.stream().mapToDouble(Value::value).min().orElseThrow());
        assertThat(all.max())
                .isEqualTo(values.stream().mapToDouble(Value::value).max().orElseThrow());
        assertThat(all.first()).isEqualTo(values.stream().min(byTime).orElseThrow().value);
        assertThat(all.last()).isEqualTo(values.stream().max(byTime).orElseThrow().value);
        if (values.size() > 1) {
            double squares = values.stream()
                    .mapToDouble(value -> (value.value - mean) * (value.value - mean))
                    .sum();
            assertThat(all.stddev()).isCloseTo(Math.sqrt(squares / (values.size() - 1)), within(1e-6));
        }
    }

    @Test
    void oneValueHasNoDeviation() {
        Summary summary = new Summary();
        summary.add(3, 1, 1);
        summary.add(new Summary());

        assertThat(summary.count()).isOne();
        assertThat(summary.avg()).isEqualTo(3);
        assertThat(summary.stddev()).isNaN();
    }
}
