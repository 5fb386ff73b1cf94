package io.caravan.health;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Whether the process lives, and whether all that it depends on answers. Each dependency is checked every two seconds in
 * the background; one that does not answer within three is down, and keeps no other from being checked. Answers come from
 * the last checks and never block. Thread-safe.
 */
public final class Health implements AutoCloseable {

    private static final Duration PERIOD = Duration.ofSeconds(2);
    private static final Duration LIMIT = Duration.ofSeconds(3);

    private final List<Watch> watches;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(daemon("health"));
    // a check that hangs for good keeps its thread; no second one of the same dependency is started beside it
    private final ExecutorService checks = Executors.newCachedThreadPool(daemon("health-check"));

    /** Starts checking. */
    public Health(List<Dependency> dependencies) {
        this(dependencies, PERIOD, LIMIT);
    }

    Health(List<Dependency> dependencies, Duration period, Duration limit) {
        watches = dependencies.stream().map(Watch::new).toList();
        clock.scheduleAtFixedRate(() -> checkAll(limit), 0, period.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** That the process serves: UP, without checks. */
    public Report live() {
        return Report.of(List.of());
    }

    /** Whether every dependency answered when it was last checked; false before the first check. */
    public boolean ready() {
        return report().httpStatus() == 200;
    }

    /** What is known of every dependency, in the order in which they were given. */
    public Report report() {
        return Report.of(watches.stream().map(Watch::last).toList());
    }

    /** Ends the checks. */
    @Override
    public void close() {
        clock.shutdownNow();
        checks.shutdownNow();
    }

    private void checkAll(Duration limit) {
        for (Watch watch : watches) {
            long turn = watch.begin();
            if (turn != Watch.BUSY) {
                checks.execute(watch::check);
                clock.schedule(() -> watch.expire(turn, limit), limit.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    private static ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
