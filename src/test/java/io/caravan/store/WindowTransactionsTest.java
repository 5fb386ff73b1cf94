package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.it.Rows;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Stores and settlers at work at once, and those whose transaction is lost, leave the windows right. */
class WindowTransactionsTest extends WindowsTable {

    /** How many days ago the newest day was that has no partition yet. */
    private static int nextDay = 8;

    @Test
    void aTransactionThatIsLostLeavesEverythingAsItWas() throws Exception {
        store("a", T.plusSeconds(1), 1);
        close(T.plusSeconds(60));
        database.connection().setAutoCommit(false);
        settleStep(DAY);
        assertThat(windows("true")).isNotEmpty();
        database.connection().rollback();
        assertThat(windows("true")).isEmpty();
        database.connection().setAutoCommit(true);
        settleAt(T.plusSeconds(60));
        assertThatWindowsAreRight();

        store("a", T.plusSeconds(2), 2);
        database.connection().setAutoCommit(false);
        correct(100);
        assertThat(marks()).isZero();
        database.connection().rollback();
        database.connection().setAutoCommit(true);
        assertThat(marks()).isEqualTo(1);
        settleAt(T.plusSeconds(60));
        assertThatWindowsAreRight();
    }

    @Test
    void aBatchThatIsLostTakesItsMarkWithIt() throws Exception {
        settleAt(T.plusSeconds(60));
        database.connection().setAutoCommit(false);
        store("a", T.plusSeconds(1), 1);
        database.connection().rollback();
        database.connection().setAutoCommit(true);

        assertThat(marks()).isZero();
    }

    @Test
    void closingWaitsForInsertsUnderWay() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Connection store = database.connect()) {
            store.setAutoCommit(false);
            insert(store, new String[] {"a"}, "m", new Instant[] {T}, new long[] {1}, new double[] {1});

            Future<Instant> closed = other.submit(() -> {
                try (Connection closer = database.connect()) {
                    return close(closer, T.plusSeconds(60));
                }
            });
            awaitOneThatWaits();
            assertThat(closing()).isEqualTo(Instant.EPOCH);
            store.commit();

            assertThat(closed.get()).isEqualTo(T.plusSeconds(60));
            assertThat(marks()).as("it was in time").isZero();
            settleAt(T.plusSeconds(60));
            assertThatWindowsAreRight();
        } finally {
            other.shutdownNow();
        }
    }

    @Test
    void anInsertThatBeganBeforeTheClosingAndTakesTheLockAfterItMarks() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Connection closer = database.connect()) {
            closer.setAutoCommit(false);
            close(closer, T.plusSeconds(60));
            Future<Integer> stored = other.submit(() -> {
                try (Connection store = database.connect()) {
                    return insert(store, new String[] {"a"}, "m", new Instant[] {T}, new long[] {1}, new double[] {1});
                }
            });
            awaitOneThatWaits();
            closer.commit();

            assertThat(stored.get()).isEqualTo(1);
            assertThat(marks()).isEqualTo(1);
        } finally {
            other.shutdownNow();
        }
    }

    @Test
    void whileOneSettlesAnotherPasses() throws Exception {
        store("a", T, 1);
        close(T.plusSeconds(60));
        try (Connection other = database.connect()) {
            other.setAutoCommit(false);
            assertThat(settleStep(other, DAY)).containsEntry("written", 1L);

            assertThat(settleStep(database.connection(), DAY))
                    .containsEntry("written", null)
                    .containsEntry("more", false);
            assertThat(database.query("settle-marked-windows.sql", Map.of("most", 10)))
                    .isEmpty();
            other.commit();
        }
        assertThatWindowsAreRight();
    }

    @Test
    void readingsThatMoveIntoTheirPartitionAreInNoWindowTwiceAndMissingInNone() throws Exception {
        Instant moved = daysAgo(nextDay);
        store("a", moved, 1, 2);
        settleAt(moved.minusSeconds(60));
        close(moved.plusSeconds(60));
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Connection keeper = database.connect()) {
            keeper.setAutoCommit(false);
            ensurePartitions(keeper);
            Future<Boolean> settled = other.submit(() -> {
                try (Connection settler = database.connect()) {
                    return settleStep(settler, DAY).get("written") != null;
                }
            });
            awaitDoneOrWaiting(settled);
            keeper.commit();
            assertThat(settled.get()).as("it left the keeper alone").isFalse();
        } finally {
            other.shutdownNow();
        }
        settleAt(moved.plusSeconds(60));
        assertThat(windows("width = 60")).hasSize(1);
        assertThatWindowsAreRight();
    }

    @Test
    void whoKeepsPartitionsWaitsForWhoSettles() throws Exception {
        store("a", T, 1);
        close(T.plusSeconds(60));
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Connection settler = database.connect()) {
            settler.setAutoCommit(false);
            settleStep(settler, DAY);
            Future<Integer> made = other.submit(() -> {
                try (Connection keeper = database.connect()) {
                    return ensurePartitions(keeper);
                }
            });
            awaitOneThatWaits();
            assertThat(settleStep(database.connection(), DAY))
                    .as("the keeper is next, whoever settles meanwhile")
                    .containsEntry("written", null);
            settler.commit();
            assertThat(made.get()).isPositive();
        } finally {
            other.shutdownNow();
        }
    }

    @Test
    void aQueryOfReadingsThatMoveFindsThem() throws Exception {
        store("a", daysAgo(nextDay), 1, 2);
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Connection keeper = database.connect()) {
            keeper.setAutoCommit(false);
            ensurePartitions(keeper);
            Future<Object> found = other.submit(() -> database.value("SELECT count(*) FROM readings"));
            awaitOneThatWaits("relation");
            keeper.commit();
            assertThat(found.get()).isEqualTo(2L);
        } finally {
            other.shutdownNow();
        }
    }

    /** Waits until work is done, or waits for a table. */
    private static void awaitDoneOrWaiting(Future<?> work) {
        Rows sessions = new Rows(database.url(), "postgres");
        Awaitility.await()
                .until(() -> work.isDone()
                        || sessions.count("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'")
                                > 0);
    }

    /** Makes the partition of one more day, in which there may be readings already. */
    private static int ensurePartitions(Connection keeper) throws SQLException {
        try (Statement statement = keeper.createStatement();
                ResultSet result = statement.executeQuery("SELECT ensure_partitions(" + nextDay + ", 3)")) {
            nextDay++;
            result.next();
            return result.getInt(1);
        }
    }

    @Test
    void severalStoresAndSettlersAtOnceComeToTheSame() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(5);
        try {
            List<Callable<Void>> work = new ArrayList<>();
            for (int writer = 0; writer < 3; writer++) {
                int number = writer;
                work.add(() -> {
                    Random random = new Random(number);
                    try (Connection own = database.connect()) {
                        for (int batch = 0; batch < 150; batch++) {
                            Instant time = T.plusSeconds(batch * 10L - random.nextInt(200));
                            insert(
                                    own,
                                    new String[] {"device-" + number, "shared"},
                                    "m",
                                    new Instant[] {time, T.plusSeconds(batch * 10L)},
                                    new long[] {batch, batch},
                                    new double[] {random.nextDouble(), batch});
                        }
                    }
                    return null;
                });
            }
            for (int settler = 0; settler < 2; settler++) {
                work.add(() -> {
                    try (Connection own = database.connect()) {
                        for (int pass = 0; pass < 100; pass++) {
                            close(own, T.plusSeconds(pass * 15L));
                            settleStep(own, 60);
                            new NamedStatement("settle-marked-windows.sql").query(own, Map.of("most", 5));
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(work)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
        settleAt(T.plusSeconds(3_600));
        assertThat(database.column("SELECT DISTINCT device_id FROM windows")).hasSize(4);
        assertThatWindowsAreRight();
    }
}
