package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Stores and settlers at work at once, and those whose transaction is lost, leave the windows right. */
class WindowTransactionsTest extends WindowsTable {

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
