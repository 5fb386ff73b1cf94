package io.caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ClockWatchTest {

    private static final long HOUR = TimeUnit.HOURS.toMillis(1);

    private long ahead = 1_795_290_655_614L;
    private long passed;
    private final ClockWatch clock = new ClockWatch(() -> ahead + passed, () -> TimeUnit.MILLISECONDS.toNanos(passed));
    private final AtomicInteger told = new AtomicInteger();
    private final Runnable listener = told::incrementAndGet;

    @Test
    void aClockThatRunsOrIsPutForwardOrIsCorrectedALittleIsNoMatter() {
        clock.tell(listener);
        for (long jump : new long[] {0, 200, -900, HOUR, -50}) {
            passed += 500;
            ahead += jump;
            clock.look();
        }
        assertThat(told).hasValue(0);
        assertThat(clock.times()).isZero();
    }

    @Test
    void everyoneIsToldOnceOfEachTimeThatItIsPutBack() {
        clock.tell(listener);
        for (long jump : new long[] {-HOUR, 0, HOUR, -1_000}) {
            passed += 500;
            ahead += jump;
            clock.look();
        }
        assertThat(told).hasValue(2);
        assertThat(clock.times()).isEqualTo(2);
    }
}
