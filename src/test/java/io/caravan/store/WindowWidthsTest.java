package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The windows of the past follow the widths that are configured. */
class WindowWidthsTest extends WindowsTable {

    @Test
    void aWidthThatIsAddedIsMadeOfThePast() throws Exception {
        store("a", T.plusSeconds(1), 1);
        store("a", T.plusSeconds(601), 2);
        settleAt(T.plus(Duration.ofHours(2)));

        configure(60, 300, 900, 3_600);
        settleAt(T.plus(Duration.ofHours(2)));

        assertThat(windows("width = 3600")).singleElement().satisfies(window -> assertThat(window)
                .containsEntry("count", 2L));
        assertThatWindowsAreRight(60, 300, 900, 3_600);
    }

    @Test
    void aSmallerSmallestWidthMakesAllOfThemAgain() throws Exception {
        store("a", T.plusSeconds(1), 1, 5);
        settleAt(T.plusSeconds(3_600));
        store("a", T.plusSeconds(31), 2);

        configure(30, 300);
        settleAt(T.plusSeconds(3_600));
        store("a", T.plusSeconds(32), 9);
        settleAt(T.plusSeconds(3_600));

        assertThat(windows("width = 30")).hasSize(2);
        assertThatWindowsAreRight(30, 300);
    }

    @Test
    void aLargerSmallestWidthMakesAllOfThemAgain() throws Exception {
        store("a", T.plusSeconds(1), 1, 5);
        settleAt(T.plusSeconds(420));

        configure(300, 900);
        store("a", T.plusSeconds(301), 1);
        settleAt(T.plusSeconds(480));
        assertThat(windows("width = 300")).hasSize(1);
        settleAt(T.plusSeconds(900));

        assertThatWindowsAreRight(300, 900);
    }

    @Test
    void aWidthThatLeavesTakesItsWindowsWithItAndCanBeMadeAgain() throws Exception {
        store("a", T.plusSeconds(1), 1);
        settleAt(T.plusSeconds(900));
        assertThat(windows("width = 900")).hasSize(1);

        configure(60, 300);
        settleAt(T.plusSeconds(900));

        assertThat(windows("width = 900")).isEmpty();
        assertThat(database.rows("SELECT width FROM window_widths ORDER BY 1"))
                .extracting("width")
                .containsExactly(60, 300);
        configure(60, 300, 900);
        settleAt(T.plusSeconds(900));
        assertThat(windows("width = 900")).hasSize(1);
        assertThatWindowsAreRight();
    }

    @Test
    void aWidthThatLeavesAndComesBackIsRightAgain() throws Exception {
        store("a", T.plusSeconds(1), 1);
        settleAt(T.plusSeconds(900));
        configure(60, 300);
        store("a", T.plusSeconds(2), 2);
        settleAt(T.plusSeconds(1_800));

        configure(60, 300, 900);
        settleAt(T.plusSeconds(1_800));

        assertThatWindowsAreRight();
    }
}
