package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Windows outlive the readings that they were made of, and go when their own time is over. */
class WindowRetentionTest extends WindowsTable {

    @Test
    void aLateReadingLeavesTheWindowsOfADayThatWasDropped() throws Exception {
        Instant dropped = daysAgo(12);
        store("a", dropped, 1, 3);
        store("a", daysAgo(8), 1, 3);
        settleAt(Instant.now());
        List<Map<String, Object>> before = windows("start < now() - interval '11 days'");
        assertThat(before).hasSize(3);

        retainReadings("10d");
        // as many as would have the whole window read, and one by itself
        for (int i = 0; i < 101; i++) {
            store("late-" + i, dropped.plusSeconds(2), 7);
        }
        store("a", dropped.plusSeconds(2), 7);
        store("a", dropped.plusSeconds(62), 7);
        store("a", daysAgo(8).plusSeconds(2), 7);
        settleAt(Instant.now());

        assertThat(windows("start < now() - interval '11 days'")).isEqualTo(before);
        assertThat(windows("start > now() - interval '11 days'")).hasSize(3).allSatisfy(window -> assertThat(window)
                .containsEntry("count", 3L));
        assertThat(marks()).isZero();
    }

    @Test
    void windowsOfAnotherSmallestWidthAreMadeOfWholeDaysOnly() throws Exception {
        store("a", daysAgo(12), 1, 3);
        store("a", daysAgo(8), 1, 3);
        settleAt(Instant.now());
        retainReadings("10d");
        store("a", daysAgo(12).plusSeconds(2), 7);

        configure(30, 300, 900);
        settleAt(Instant.now());

        assertThat(windows("width = 30")).hasSize(1);
        assertThat(windows("width = 300")).hasSize(2).allSatisfy(window -> assertThat(window)
                .containsEntry("count", 2L));
    }

    @Test
    void retentionDropsTheWindowsOfWholeDaysAndNoneComesBack() throws Exception {
        Instant dropped = daysAgo(12);
        store("a", dropped, 1);
        store("a", dropped.plusSeconds(60), 1);
        store("a", daysAgo(8), 1);
        settleAt(Instant.now());

        assertThat(dropWindows("off", 100)).isZero();
        assertThat(dropWindows("10d", 3)).isEqualTo(3);
        assertThat(dropWindows("10d", 3)).isEqualTo(1);
        assertThat(dropWindows("10d", 3)).isZero();
        store("a", dropped.plusSeconds(2), 7);
        settleAt(Instant.now());

        assertThat(windows("true")).hasSize(3).allSatisfy(window -> assertThat(window)
                .containsEntry("count", 1L));
    }

    @Test
    void retentionWaitsForWhoIsSettling() throws Exception {
        store("a", daysAgo(12), 1);
        close(Instant.now());
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Connection settler = database.connect()) {
            settler.setAutoCommit(false);
            settleStep(settler, DAY);
            Future<Long> dropped = other.submit(() -> dropWindows("10d", 100));
            awaitOneThatWaits();
            settler.commit();
            assertThat(dropped.get()).isPositive();
        } finally {
            other.shutdownNow();
        }
    }

    private long dropWindows(String keep, int most) throws SQLException {
        return (Long) database.value(
                "SELECT drop_windows_older_than(nullif('%s', 'off')::interval, %d)".formatted(keep, most));
    }
}
