package io.caravan.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.settings.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WidthsTest {

    @Test
    void widthsAreReadInAnyOrderAndUnitAndOnce() {
        Widths widths = Widths.parse("15m, 300s,1m,60s");

        assertThat(widths.all()).containsExactly(new Width(60), new Width(300), new Width(900));
        assertThat(widths.smallest()).isEqualTo(new Width(60));
        assertThat(widths).hasToString("1m,5m,15m");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1m,",
                "60",
                "7m",
                "0s",
                "2d",
                "500ms",
                "1500ms",
                "-1m",
                "1m;5m",
                "999999999d",
                "10s,15s",
                "2m,5m"
            })
    void aWidthThatDividesNoDayOrIsNoMultipleOfTheSmallestIsTheUsersError(String list) {
        assertThatThrownBy(() -> Widths.parse(list))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("caravan.window.widths");
    }

    @ParameterizedTest
    @CsvSource({"1, 1s", "90, 90s", "60, 1m", "5400, 90m", "3600, 1h", "86400, 1d"})
    void aWidthIsNamedByTheLargestUnitThatHoldsIt(int seconds, String label) {
        assertThat(new Width(seconds).label()).isEqualTo(label);
    }

    @Test
    void aWidthIsFoundByItsNameInAnyUnit() {
        Widths widths = Widths.parse("1m,5m");

        assertThat(widths.named("300s")).contains(new Width(300));
        assertThat(widths.named("15m")).isEmpty();
        assertThat(widths.named("soon")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "59999999, 0", "60000000, 60000000", "-1, -60000000"})
    void windowsAreAlignedToTheEpoch(long moment, long start) {
        assertThat(new Width(60).startOf(moment)).isEqualTo(start);
    }
}
