package io.caravan.limits;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Says which messages are beyond what their tenants may send. Each process counts for itself: with several, a tenant may have as
 * many times its limit, for one whose devices all come by one of them must not get less than it may have. Thread-safe.
 */
public final class MessageLimits {

    /** How many tenants have a metric of their own; the others share one. */
    static final int MOST_METERS = 200;

    private static final String OTHERS = "others";

    private final TenantLimits limits;
    private final MeterRegistry meters;
    private final Allowance allowance = new Allowance();
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();

    public MessageLimits(TenantLimits limits, MeterRegistry meters) {
        this.limits = limits;
        this.meters = meters;
    }

    /** Whether the limits of tenants are known. */
    public boolean isLoaded() {
        return limits.isLoaded();
    }

    /**
     * The limit that a further message of a tenant would be beyond; null where it is within, and counts from now on.
     *
     * @param receivedAt microseconds since the epoch
     */
    public Integer exceeded(String tenant, long receivedAt) {
        Integer limit = limits.of(tenant).messagesPerSecond();
        if (limit == null || allowance.take(tenant, receivedAt, limit)) {
            return null;
        }
        counter(tenant).increment();
        return limit;
    }

    private Counter counter(String tenant) {
        Counter known = counters.get(tenant);
        if (known != null) {
            return known;
        }
        String label = counters.size() < MOST_METERS ? tenant : OTHERS;
        return counters.computeIfAbsent(label, name -> meters.counter("caravan.limits.over.quota", "tenant", name));
    }
}
