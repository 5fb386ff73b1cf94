package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.settings.UserError;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class MigrationsTest {

    private static final DateTimeFormatter DAY = DateTimeFormatter.BASIC_ISO_DATE;

    @Test
    void aSecondRunFindsNothingToDo() throws Exception {
        String url = Postgres.emptyDatabase();

        assertThat(migrations(url).run()).isPositive();
        assertThat(migrations(url).run()).isZero();
    }

    @Test
    void instancesThatStartAtOnceMigrateOnce() throws Exception {
        String url = Postgres.emptyDatabase();
        List<Callable<Integer>> instances =
                List.of(() -> migrations(url).run(), () -> migrations(url).run(), () -> migrations(url)
                        .run());
        ExecutorService pool = Executors.newFixedThreadPool(instances.size());
        try {
            int ran = 0;
            for (Future<Integer> instance : pool.invokeAll(instances)) {
                ran += instance.get();
            }
            assertThat(ran)
                    .isEqualTo((int) query(url, "SELECT count(*)::int FROM flyway_schema_history WHERE success"));
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aMigrationIsRecordedInTheTransactionInWhichItRuns(@TempDir Path sql) throws Exception {
        String url = Postgres.emptyDatabase();
        Files.createDirectory(sql.resolve("migrations"));
        Files.writeString(sql.resolve("migrations").resolve("V1__one.sql"), "CREATE TABLE one (a integer)");
        Files.writeString(sql.resolve("ensure-partitions.sql"), "SELECT 1");

        assertThat(new Migrations(sql, url, "postgres", "").run()).isOne();

        assertThat(query(
                        url,
                        "SELECT made.xmin = recorded.xmin FROM pg_class made, flyway_schema_history recorded"
                                + " WHERE made.relname = 'one' AND recorded.version = '1'"))
                .isEqualTo(true);
    }

    @Test
    void partitionsOfTheLastWeekAndTheNextThreeDaysExist() throws Exception {
        String url = Postgres.migratedDatabase();
        LocalDate today = LocalDate.now(ZoneOffset.UTC);

        for (String family : List.of("readings", "events", "trend_statistics")) {
            assertThat(exists(url, family + "_" + DAY.format(today.minusDays(7))))
                    .isTrue();
            assertThat(exists(url, family + "_" + DAY.format(today.plusDays(3))))
                    .isTrue();
            assertThat(exists(url, family + "_" + DAY.format(today.minusDays(8))))
                    .isFalse();
        }
    }

    @Test
    void partitionsCoverDaysOfUtcWhateverTheTimeZoneOfTheSession() throws Exception {
        String url = Postgres.migratedDatabase();
        String today = DAY.format(LocalDate.now(ZoneOffset.UTC));

        assertThat(query(
                        url,
                        "SET timezone = 'UTC'; SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'readings_"
                                + today + "'"))
                .asString()
                .matches("FOR VALUES FROM \\('\\S+ 00:00:00\\+00'\\) TO \\('\\S+ 00:00:00\\+00'\\)");
    }

    @Test
    void rowsMoveFromTheDefaultPartitionIntoTheNewOneOfTheirDay() throws Exception {
        String url = Postgres.migratedDatabase();
        String insert = "INSERT INTO readings (tenant_id, device_id, metric, ts, seq, value, quality) VALUES "
                + "('t', 'd', 'm', date_trunc('day', now(), 'UTC') + interval '%d hours', 1, 1.5, 0)";
        execute(url, insert.formatted(-20 * 24), insert.formatted(-20 * 24 + 23), insert.formatted(-90 * 24));
        assertThat(query(url, "SELECT count(*)::int FROM readings_default")).isEqualTo(3);

        assertThat(query(url, "SELECT ensure_partitions(21, 3)")).isEqualTo(3 * 14);

        String day = DAY.format(LocalDate.now(ZoneOffset.UTC).minusDays(20));
        assertThat(query(url, "SELECT count(*)::int FROM readings_" + day)).isEqualTo(2);
        assertThat(query(url, "SELECT count(*)::int FROM readings_default")).isEqualTo(1);
        assertThat(query(url, "SELECT count(*)::int FROM readings")).isEqualTo(3);
        assertThatThrownBy(() -> execute(url, insert.formatted(-20 * 24)))
                .as("a moved reading is still unique")
                .isInstanceOf(SQLException.class);
        assertThat(query(url, "SELECT ensure_partitions(21, 3)")).isEqualTo(0);
    }

    @Test
    void partitionsAppearBesideRunningInsertsWithoutLosingARow() throws Exception {
        String url = Postgres.migratedDatabase();
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try {
            Callable<Integer> writer = () -> {
                int rows = 0;
                try (Connection connection = Postgres.connect(url);
                        Statement statement = connection.createStatement()) {
                    for (int i = 0; i < 200; i++) {
                        rows += statement.executeUpdate(
                                "INSERT INTO readings (tenant_id, device_id, metric, ts, seq, quality)"
                                        + " SELECT 't', 'd' || pg_backend_pid(), 'm', now() - n * interval '1 day', n, 0"
                                        + " FROM generate_series(1, 40) AS n");
                    }
                }
                return rows;
            };
            Callable<Integer> keeper = () -> {
                for (int days = 8; days < 40; days++) {
                    query(url, "SELECT ensure_partitions(" + days + ", 3)");
                }
                return 0;
            };
            int written = 0;
            for (Future<Integer> result : pool.invokeAll(List.of(writer, writer, keeper))) {
                written += result.get();
            }
            assertThat(query(url, "SELECT count(*)::int FROM readings")).isEqualTo(written);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void thePipelineMayMakePartitionsWithoutOwningTheTables() throws Exception {
        assertThat(query(Postgres.migratedDatabase(), "SET ROLE caravan_writer; SELECT ensure_partitions(9, 3)"))
                .isEqualTo(3 * 2);
    }

    @Test
    void aLongQueryPutsThePartitionsOfItsTableOffAndDoesNotHoldUpTheOthers() throws Exception {
        String url = Postgres.migratedDatabase();
        try (Connection reader = Postgres.connect(url);
                Statement statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.execute("SELECT count(*) FROM readings_default");

            assertThat(query(url, "SELECT ensure_partitions(9, 3)")).isEqualTo(2 * 2);

            reader.rollback();
        }
        assertThat(query(url, "SELECT ensure_partitions(9, 3)")).isEqualTo(2);
    }

    @Test
    void retentionDropsWholeDaysAndWhatTheDefaultPartitionHoldsOfThem() throws Exception {
        String url = Postgres.migratedDatabase();
        String insert = "INSERT INTO events (tenant_id, device_id, ts, seq, kind, body) VALUES "
                + "('t', 'd', date_trunc('day', now(), 'UTC') - interval '%d days', 1, 'event', '{}')";
        execute(url, insert.formatted(0), insert.formatted(2), insert.formatted(3), insert.formatted(400));

        assertThat(query(url, "SELECT drop_partitions_older_than('events', NULL)"))
                .isEqualTo(0);
        assertThat(query(url, "SELECT drop_partitions_older_than('events', '2 days')"))
                .isEqualTo(5);

        assertThat(query(url, "SELECT count(*)::int FROM events")).isEqualTo(2);
        assertThat(exists(
                        url,
                        "readings_" + DAY.format(LocalDate.now(ZoneOffset.UTC).minusDays(7))))
                .as("the other table is left as it is")
                .isTrue();
    }

    @Test
    void withoutTimescaleNothingBecomesColumnar() throws Exception {
        assertThat(query(Postgres.migratedDatabase(), "SELECT keep_columnstore('7d')"))
                .isEqualTo(false);
    }

    @Test
    void anUnreachableDatabaseIsOneLine() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        String url = "jdbc:postgresql://127.0.0.1:" + port + "/caravan?password=secret";

        assertThatThrownBy(() -> migrations(url).run())
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(
                        "Cannot migrate the database jdbc:postgresql://127.0.0.1:" + port + "/caravan: ")
                .hasMessageContaining("refused")
                .hasMessageNotContaining("secret")
                .hasMessageNotContaining("\n");
    }

    @Test
    @Timeout(60)
    void aDatabaseThatAcceptsAndSaysNothingIsGivenUp() throws Exception {
        try (ServerSocket blackHole = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String url = "jdbc:postgresql://127.0.0.1:" + blackHole.getLocalPort() + "/caravan";

            assertThatThrownBy(() -> migrations(url).run())
                    .isInstanceOf(UserError.class)
                    .hasMessageStartingWith("Cannot migrate the database " + url);
        }
    }

    @Test
    void aMigrationMayTakeLongerThanTheDatabaseLeavesToOthers(@TempDir Path sql) throws Exception {
        String url = Postgres.emptyDatabase();
        for (String limit :
                List.of("statement_timeout", "idle_in_transaction_session_timeout", "transaction_timeout")) {
            execute(
                    url,
                    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET " + limit
                            + " = 200', current_database()); END $$");
        }
        Path migrations = Files.createDirectory(sql.resolve("migrations"));
        Files.writeString(migrations.resolve("V1__slow.sql"), "SELECT pg_sleep(1)");
        Files.writeString(sql.resolve("ensure-partitions.sql"), "SELECT pg_sleep(0.5)");

        assertThat(new Migrations(sql, url, "postgres", "").run()).isEqualTo(1);
    }

    @Test
    void aDatabaseWithoutASchemaIsBehind() throws Exception {
        String url = Postgres.emptyDatabase();
        try (Connection connection = Postgres.connect(url)) {
            assertThat(migrations(url).behind(connection).orElseThrow())
                    .matches("the schema is at version 0, this Caravan needs \\d+");
        }
    }

    @Test
    void aDatabaseIsBehindUntilTheNewestMigrationHasRun(@TempDir Path sql) throws Exception {
        String url = Postgres.emptyDatabase();
        Path migrations = Files.createDirectory(sql.resolve("migrations"));
        Files.writeString(migrations.resolve("V9__nine.sql"), "SELECT 1");
        Files.writeString(sql.resolve("ensure-partitions.sql"), "SELECT 1");
        new Migrations(sql, url, "postgres", "").run();
        Files.writeString(migrations.resolve("V10__ten.sql"), "SELECT 1");
        Migrations newer = new Migrations(sql, url, "postgres", "");
        try (Connection connection = Postgres.connect(url)) {
            assertThat(newer.behind(connection)).contains("the schema is at version 9, this Caravan needs 10");
            newer.run();
            assertThat(newer.behind(connection)).isEmpty();

            Files.delete(migrations.resolve("V10__ten.sql"));
            assertThat(new Migrations(sql, url, "postgres", "").behind(connection))
                    .as("an older Caravan beside a newer one")
                    .isEmpty();
        }
    }

    @Test
    void aFailingMigrationIsOneLineAndNamesTheReason(@TempDir Path sql) throws Exception {
        String url = Postgres.emptyDatabase();
        Files.createDirectory(sql.resolve("migrations"));
        Files.writeString(sql.resolve("migrations/V1__bad.sql"), "SELECT no_such_column");

        assertThatThrownBy(() -> new Migrations(sql, url, "postgres", "").run())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no_such_column")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aMissingFolderIsAnError(@TempDir Path sql) throws Exception {
        String url = Postgres.emptyDatabase();

        assertThatThrownBy(() -> new Migrations(sql, url, "postgres", "").run()).isInstanceOf(UserError.class);
    }

    private static Migrations migrations(String url) {
        return new Migrations(Postgres.SQL, url, "postgres", "");
    }

    private static boolean exists(String url, String table) throws SQLException {
        return query(url, "SELECT to_regclass('" + table + "')::text") != null;
    }

    private static void execute(String url, String... statements) throws SQLException {
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The first column of the last statement's first row. */
    private static Object query(String url, String sql) throws SQLException {
        try (Connection connection = Postgres.connect(url);
                Statement statement = connection.createStatement()) {
            boolean rows = statement.execute(sql);
            while (!rows) {
                rows = statement.getMoreResults();
            }
            try (ResultSet result = statement.getResultSet()) {
                result.next();
                return result.getObject(1);
            }
        }
    }
}
