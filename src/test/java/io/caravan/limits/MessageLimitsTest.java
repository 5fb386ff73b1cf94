package io.caravan.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MessageLimitsTest {

    private static final long NOON = 1_795_262_400_000_000L;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final TenantLimits tenants = new TenantLimits(new Limits(2, 100, 5));
    private final MessageLimits limits = new MessageLimits(tenants, meters);

    @Test
    void tenSecondsHoldTenTimesTheMessagesOfOne() {
        assertThat(taken("a", NOON, 50)).isEqualTo(20);
        assertThat(taken("a", NOON + 9_999_999, 5)).isZero();
        assertThat(taken("a", NOON + 10_000_000, 50)).isEqualTo(20);
        assertThat(taken("b", NOON, 20)).as("another tenant").isEqualTo(20);
        assertThat(meters.get("caravan.limits.over.quota")
                        .tag("tenant", "a")
                        .counter()
                        .count())
                .isEqualTo(65);
    }

    @Test
    void theOrderInWhichPartitionsAreReadDoesNotMatter() {
        for (long window = 99; window >= 0; window--) {
            assertThat(taken("a", NOON + window * 10_000_000, 20)).isEqualTo(20);
        }
        assertThat(taken("a", NOON + 500_000_000, 1)).isZero();
    }

    @Test
    void aTenantHasItsOwnLimitsWhereThereAreSomeAndElseTheDefaults() {
        assertThat(tenants.isLoaded()).isFalse();

        tenants.take(List.of(row("a", 0, null, 7), row("b", null, 3, null)));

        assertThat(tenants.isLoaded()).isTrue();
        assertThat(tenants.of("a")).isEqualTo(new Limits(0, 100, 7));
        assertThat(tenants.of("b")).isEqualTo(new Limits(2, 3, 5));
        assertThat(tenants.of("c")).isEqualTo(new Limits(2, 100, 5));
        assertThat(limits.exceeded("a", NOON)).isZero();
        tenants.take(List.of());
        assertThat(limits.exceeded("a", NOON)).isNull();
    }

    @Test
    void withoutALimitNothingIsCounted() {
        TenantLimits none = new TenantLimits(new Limits(null, 100, null));

        assertThat(new MessageLimits(none, meters).exceeded("a", NOON)).isNull();
        assertThat(meters.getMeters()).isEmpty();
    }

    @Test
    void tenantsThatSomebodyInventsDoNotMakeMetersWithoutEnd() {
        tenants.take(IntStream.range(0, 1_000)
                .mapToObj(i -> row("t" + i, 0, null, null))
                .toList());

        IntStream.range(0, 1_000).forEach(i -> limits.exceeded("t" + i, NOON));

        assertThat(meters.getMeters()).hasSize(MessageLimits.MOST_METERS + 1);
        assertThat(meters.get("caravan.limits.over.quota")
                        .tag("tenant", "others")
                        .counter()
                        .count())
                .isEqualTo(1_000 - MessageLimits.MOST_METERS);
    }

    private long taken(String tenant, long receivedAt, int messages) {
        Integer[] verdicts = new Integer[messages];
        Arrays.setAll(verdicts, i -> limits.exceeded(tenant, receivedAt));
        return Arrays.stream(verdicts).filter(verdict -> verdict == null).count();
    }

    private static Map<String, Object> row(String tenant, Integer messages, Integer devices, Integer calls) {
        Map<String, Object> row = new HashMap<>();
        row.put("tenant_id", tenant);
        row.put("messages_per_second", messages);
        row.put("devices", devices);
        row.put("api_calls_per_second", calls);
        return row;
    }
}
