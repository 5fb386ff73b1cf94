package io.caravan.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class ResultTest {

    @Test
    void whereNothingIsThereItSaysSoAndShowsNoLatencyOfNothing() {
        Result nothing = result(new Verdict(500, 500, 0, 500, 0, 0, 0), new Histogram(3));

        assertThat(nothing.table())
                .contains("FAIL", "Nothing of what was acknowledged is among what this user of the database sees")
                .contains("n/a (nothing of the run was seen there)")
                .doesNotContain("0.0");
        assertThat(nothing.json()).contains("\"latency_ms\":null", "\"verdict\":\"FAIL\"");
    }

    @Test
    void whereSomeIsLostItDoesNotBlameThePlace() {
        Histogram latency = new Histogram(3);
        latency.recordValue(12_000);

        Result some = result(new Verdict(500, 500, 499, 1, 0, 0, 0), latency);

        assertThat(some.table()).contains("FAIL", "12.0").doesNotContain("sees", "n/a (nothing");
    }

    private static Result result(Verdict verdict, Histogram latency) {
        return new Result(verdict, new AtRest(0, 0, 0, true), 100, 400, latency, latency, Map.of(), 0, true, 0);
    }
}
