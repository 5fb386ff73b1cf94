package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes after its windows were settled leaves a mark, and the next pass corrects them. */
class LateReadingsTest extends WindowsTable {

    @ParameterizedTest
    @ValueSource(longs = {1, 61, 3_600, 40 * DAY, 56L * 365 * DAY})
    void aLateReadingIsInItsWindowsAfterTheNextPass(long secondsLate) throws Exception {
        store("a", T.plusSeconds(30), 1);
        Instant now = T.plusSeconds(960);
        settleAt(now);
        Instant late = now.minusSeconds(secondsLate);

        store("a", late, 7);
        assertThat(marks()).isEqualTo(1);
        settleAt(now);

        assertThat(marks()).isZero();
        assertThat(windows("width = 60 AND max = 7")).hasSize(1);
        assertThatWindowsAreRight();
    }

    /** The statement of docs/operations.md for windows that were left wrong. */
    @Test
    void windowsThatAreWrongAreRightOnceTheirDayIsMarked() throws Exception {
        store("a", T.plusSeconds(30), 1, 2, 3);
        store("b", T.plusSeconds(90), 4);
        Instant now = T.plusSeconds(960);
        settleAt(now);
        database.execute("UPDATE windows SET count = 1, sum = 1 WHERE device_id = 'a'");
        database.execute("DELETE FROM windows WHERE device_id = 'b'");

        String docs = Files.readString(Path.of("docs", "operations.md"));
        String statement = docs.substring(docs.indexOf("INSERT INTO window_marks"));
        database.execute(statement
                .substring(0, statement.indexOf(';'))
                .replace("2026-11-20Z", T.minusSeconds(DAY).toString())
                .replace("2026-11-21Z", T.plusSeconds(DAY).toString()));
        settleAt(now);

        assertThatWindowsAreRight();
    }

    @Test
    void aDuplicateChangesNothingAndLeavesNoMark() throws Exception {
        insert("a", "m", T, 1, 5);
        settleAt(T.plusSeconds(60));
        List<Map<String, Object>> before = windows("true");

        assertThat(insert("a", "m", T, 1, 5)).isZero();

        assertThat(marks()).isZero();
        settleAt(T.plusSeconds(60));
        assertThat(windows("true")).isEqualTo(before);
    }

    @Test
    void aLateReadingBesideADuplicateLeavesAMark() throws Exception {
        insert("a", "m", T, 1, 5);
        settleAt(T.plusSeconds(60));

        insert(new String[] {"a", "b"}, "m", new Instant[] {T, T}, new long[] {1, 1}, new double[] {5, 6});

        assertThat(database.column("SELECT device_id FROM window_marks")).containsExactly("b");
        settleAt(T.plusSeconds(60));
        assertThatWindowsAreRight();
    }

    @Test
    void manyDevicesWithLateReadingsInOneWindowAreSettledTogether() throws Exception {
        settleAt(T.plusSeconds(900));
        for (int device = 0; device < 150; device++) {
            store("device-" + device, T.plusSeconds(30), device);
        }
        store("device-1", T.plusSeconds(90), 5);

        settleAt(T.plusSeconds(900));

        assertThat(windows("width = 60")).hasSize(151);
        assertThatWindowsAreRight();
    }

    @Test
    void moreMarksThanAPassTakesAreLeftToTheNext() throws Exception {
        settleAt(T.plusSeconds(900));
        for (int minute = 0; minute < 10; minute++) {
            store("a", T.plusSeconds(60L * minute), minute);
        }

        assertThat(correct(4)).containsEntry("marked", 4L).containsEntry("more", true);
        assertThat(marks()).isEqualTo(6);
        assertThat(correct(6)).containsEntry("marked", 6L).containsEntry("more", false);

        assertThat(marks()).isZero();
        assertThatWindowsAreRight();
    }
}
