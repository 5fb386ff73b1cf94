package io.caravan.enrich;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WorkTest {

    @Test
    void linearAndQuadraticWorkAreToldApartAndTheSameWorkCountsTheSame() {
        Consumer<byte[]> linear = Work.counted(Linear.class);
        Consumer<byte[]> quadratic = Work.counted(Quadratic.class);

        assertThat(steps(linear, 4_000)).isBetween(3 * steps(linear, 1_000), 5 * steps(linear, 1_000));
        assertThat(steps(quadratic, 4_000)).isGreaterThan(15 * steps(quadratic, 1_000));
        assertThat(steps(quadratic, 1_000)).isEqualTo(steps(quadratic, 1_000));
    }

    @Test
    void copiesCountByTheirBytes() {
        Consumer<byte[]> copy = Work.counted(Copy.class);

        assertThat(Work.of(copy, new byte[100_000]).bytes()).isBetween(100_000L, 200_000L);
    }

    static Stream<byte[]> shapes() {
        return LinearWorkFuzz.shapes();
    }

    /** The shapes with which the fuzzer begins, in every build and on every machine. */
    @ParameterizedTest
    @MethodSource("shapes")
    void fourTimesTheLengthIsFourTimesTheWork(byte[] shape) {
        LinearWorkFuzz.requireLinear(shape, Work::steps, 100_000);
        LinearWorkFuzz.requireLinear(shape, Work::bytes, 200_000);
    }

    private static long steps(Consumer<byte[]> task, int length) {
        return Work.of(task, new byte[length]).steps();
    }

    private static final class Linear implements Consumer<byte[]> {
        private int sum;

        @Override
        public void accept(byte[] bytes) {
            for (byte b : bytes) {
                sum += b;
            }
        }
    }

    private static final class Quadratic implements Consumer<byte[]> {
        private int sum;

        @Override
        public void accept(byte[] bytes) {
            for (byte a : bytes) {
                for (byte b : bytes) {
                    sum += a * b;
                }
            }
        }
    }

    private static final class Copy implements Consumer<byte[]> {
        private byte[] copy;

        @Override
        public void accept(byte[] bytes) {
            copy = bytes.clone();
        }
    }
}
