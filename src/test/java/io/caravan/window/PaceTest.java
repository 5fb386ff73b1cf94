package io.caravan.window;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Pace pace = new Pace(10, 100, 350);
    private long now;

    @Test
    void itGrowsWhileItIsQuickUpToTheMost() {
        assertThat(work(1, true)).isEqualTo(100);
        assertThat(work(1, true)).isEqualTo(200);
        assertThat(work(1, true)).isEqualTo(350);
        assertThat(work(5, true)).isEqualTo(350);
    }

    @Test
    void itShrinksWhenItIsSlowDownToTheLeast() {
        assertThat(work(11, true)).isEqualTo(100);
        assertThat(work(11, true)).isEqualTo(25);
        assertThat(work(5, true)).isEqualTo(10);
        assertThat(work(11, true)).isEqualTo(10);
    }

    @Test
    void littleWorkThatWasQuickTellsNothing() {
        work(1, false);
        assertThat(pace.begin(now)).isEqualTo(100);
    }

    @Test
    void workThatNeverEndedWasTooMuch() {
        assertThat(pace.begin(now)).isEqualTo(100);
        assertThat(pace.begin(now)).isEqualTo(25);
    }

    @Test
    void itRestsAsLongAsItWorks() {
        assertThat(pace.rested(now)).as("before the first time").isTrue();
        work(3, true);
        now += 3 * SECOND - 1;
        assertThat(pace.rested(now)).isFalse();
        assertThat(pace.rested(now + 1)).isTrue();
    }

    @Test
    void afterWorkThatNeverEndedItRestsUntilTenSecondsAfterItsBeginning() {
        pace.begin(now);
        now += 10 * SECOND - 1;
        assertThat(pace.rested(now)).isFalse();
        assertThat(pace.rested(now + 1)).isTrue();
    }

    private long work(int seconds, boolean full) {
        long amount = pace.begin(now);
        now += seconds * SECOND;
        assertThat(pace.end(now, full)).isEqualTo(Duration.ofSeconds(seconds));
        return amount;
    }
}
