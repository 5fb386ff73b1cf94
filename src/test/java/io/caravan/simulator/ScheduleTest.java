package io.caravan.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void devicesAreSpreadEvenlyOverThePeriod() {
        Schedule schedule = new Schedule(4, SECOND);
        List<Long> dues = new ArrayList<>();
        for (int turn = 0; turn < 4; turn++) {
            assertThat(schedule.device()).isEqualTo(turn);
            dues.add(schedule.due());
            schedule.advance(SECOND, schedule.due());
        }
        assertThat(dues).containsExactly(0L, SECOND / 4, SECOND / 2, SECOND * 3 / 4);
        assertThat(schedule.device()).isZero();
        assertThat(schedule.due()).isEqualTo(SECOND);
    }

    @Test
    void turnsThatAreTakenLateDoNotDelayTheNextOnes() {
        Schedule schedule = new Schedule(1, SECOND);
        for (int turn = 0; turn < 1000; turn++) {
            schedule.advance(SECOND, schedule.due() + SECOND / 3);
        }
        assertThat(schedule.due()).isEqualTo(1000 * SECOND);
    }

    @Test
    void whatWasMissedDuringALongSleepIsNotMadeUpFor() {
        Schedule schedule = new Schedule(1, SECOND);
        schedule.advance(SECOND, 3600 * SECOND);
        assertThat(schedule.due()).isEqualTo(3601 * SECOND);
    }
}
