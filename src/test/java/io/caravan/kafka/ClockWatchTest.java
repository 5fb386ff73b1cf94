package io.caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ClockWatchTest {

    private static final long HOUR = TimeUnit.HOURS.toMillis(1);

    private long ahead = 1_795_290_655_614L;
    private long passed;
    /** How long the process stands still when it has read the time, in milliseconds. */
    private long pause;

    private final ClockWatch clock = new ClockWatch(() -> ahead + passed, this::nanos);

    private final AtomicInteger told = new AtomicInteger();
    private final Runnable listener = told::incrementAndGet;

    @Test
    void aClockThatRunsOrIsPutForwardOrIsCorrectedALittleIsNoMatter() {
        clock.tell(listener);
        for (long jump : new long[] {0, 200, -2_900, HOUR, -50}) {
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
        for (long jump : new long[] {-HOUR, 0, HOUR, -3_000}) {
            passed += 500;
            ahead += jump;
            clock.look();
        }
        assertThat(told).hasValue(2);
        assertThat(clock.times()).isEqualTo(2);
    }

    @Test
    void aProcessThatStandsStillWhileItLooksTakesNoClockToBePutBack() {
        clock.tell(listener);
        pause = 4_000;
        clock.look();
        pause = 0;
        clock.look();
        assertThat(told).hasValue(0);

        ahead -= HOUR;
        pause = 4_000;
        clock.look();
        pause = 0;
        clock.look();
        assertThat(told).as("noticed by the next look").hasValue(1);
    }

    @Test
    void oneWhoFailsKeepsNobodyElseFromBeingTold() {
        Runnable failing = () -> {
            told.incrementAndGet();
            throw new IllegalStateException("not now");
        };
        clock.tell(failing);
        clock.tell(listener);
        ahead -= HOUR;
        clock.look();
        ahead -= HOUR;
        clock.look();
        assertThat(told).hasValue(4);
    }

    private long nanos() {
        long nanos = TimeUnit.MILLISECONDS.toNanos(passed);
        passed += pause;
        return nanos;
    }
}
