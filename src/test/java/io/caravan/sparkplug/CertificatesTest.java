package io.caravan.sparkplug;

import static io.caravan.sparkplug.SparkplugStage.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.store.NamedStatement;
import io.caravan.store.Postgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.eclipse.tahu.message.model.MetricDataType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Births in a real database: what a message becomes depends on the log alone. */
class CertificatesTest {

    private Connection connection;

    @BeforeEach
    void connect() throws Exception {
        connection = Postgres.connect(Postgres.migratedDatabase());
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    private List<Map<String, Object>> run(String statement, Map<String, Object> parameters) {
        try {
            NamedStatement named = new NamedStatement(statement);
            if (statement.startsWith("select")) {
                return named.query(connection, parameters);
            }
            named.update(connection, parameters);
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** Two nodes of three devices that are born, die, are born with other aliases, and send by alias in between. */
    private static void fill(SparkplugStage stage, SplittableRandom random) {
        int[] bdSeq = new int[2];
        long[][] names = new long[2][4];
        for (int i = 0; i < 400; i++) {
            stage.now += 1_000;
            int node = random.nextInt(2);
            int device = random.nextInt(3);
            String client = random.nextInt(4) == 0 ? "two" : "one";
            String topic = "spBv1.0/plant/%s/edge" + node;
            long alias = 10 + device;
            long time = NOON + i;
            switch (random.nextInt(12)) {
                case 0 -> {
                    bdSeq[node] += random.nextInt(2);
                    stage.sendTo(
                            client,
                            topic.formatted("NBIRTH"),
                            Tahu.nodeBirth(time, 0, bdSeq[node])
                                    .with("v" + random.nextInt(5), 1L, MetricDataType.Int16, (short) -1)
                                    .bytes());
                }
                case 1 ->
                    stage.sendTo(
                            client, topic.formatted("NDEATH"), Tahu.nodeDeath(time, bdSeq[node] - random.nextInt(2)));
                case 2, 3 ->
                    stage.sendTo(
                            client,
                            topic.formatted("DBIRTH") + "/d" + device,
                            Tahu.payload(time, i % 256)
                                    .with(
                                            "w" + names[node][device]++,
                                            alias,
                                            MetricDataType.UInt8,
                                            (short) 200,
                                            "V",
                                            null)
                                    .bytes());
                case 4 -> stage.replay(random.nextInt(Math.max(1, stage.size())));
                case 5, 6 ->
                    stage.sendTo(
                            client,
                            topic.formatted("NDATA"),
                            Tahu.payload(time, i % 256)
                                    .with(null, 1L, MetricDataType.Int16, (short) -i)
                                    .data());
                default ->
                    stage.sendTo(
                            client,
                            topic.formatted("DDATA") + "/d" + device,
                            Tahu.payload(time, i % 256)
                                    .with(null, alias, MetricDataType.UInt8, (short) (i % 256))
                                    .data());
            }
        }
    }

    @Test
    void readAgainFromAnyOffsetAfterAnyRestartEveryMessageComesOutTheSame() {
        SplittableRandom random = new SplittableRandom(2026);
        SparkplugStage stage = new SparkplugStage(this::run);
        stage.send("spBv1.0/plant/NBIRTH/edge0", Tahu.nodeBirth(NOON, 0, 0).bytes());
        fill(stage, random);
        List<Map<String, Object>> first = new ArrayList<>();
        stage.run(0, stage.size()).forEach(result -> first.add(SparkplugStage.summary(result)));
        assertThat(first.stream()
                        .filter(summary -> !summary.containsKey("reason"))
                        .count())
                .isBetween(100L, 390L);

        for (int round = 0; round < 30; round++) {
            int at = random.nextInt(stage.size());
            int until = Math.min(stage.size(), at + 1 + random.nextInt(150));
            if (random.nextBoolean()) {
                stage.restart();
            }
            while (at < until) {
                int to = Math.min(until, at + 1 + random.nextInt(40));
                List<Object> again = stage.run(at, to);
                for (int i = at; i < to; i++) {
                    assertThat(SparkplugStage.summary(again.get(i - at)))
                            .as("offset %d, read in a batch from %d", i, at)
                            .isEqualTo(first.get(i));
                }
                at = to;
            }
        }
    }

    @Test
    void aBatchWhoseBirthsWereNotStoredIsDecodedAgain() {
        boolean[] down = {true};
        SparkplugStage stage = new SparkplugStage((statement, parameters) -> {
            if (down[0] && statement.startsWith("insert")) {
                throw new IllegalStateException("down");
            }
            return run(statement, parameters);
        });
        stage.send("spBv1.0/plant/NBIRTH/edge", Tahu.nodeBirth(NOON, 0, 0).bytes());
        stage.send(
                "spBv1.0/plant/DBIRTH/edge/d",
                Tahu.payload(NOON, 1)
                        .with("w", 2L, MetricDataType.Int8, (byte) 1)
                        .bytes());
        try {
            stage.run(0, 2);
        } catch (IllegalStateException e) {
            down[0] = false;
        }
        stage.run(0, 2);
        stage.restart();
        stage.send(
                "spBv1.0/plant/DDATA/edge/d",
                Tahu.payload(NOON, 2)
                        .with(null, 2L, MetricDataType.Int8, (byte) 5)
                        .data());

        assertThat(SparkplugStage.summary(stage.run(2, 3).get(0))).containsKey("w");
    }

    @Test
    void onlyWhatHasBeenReplacedForLongIsForgotten() throws SQLException, IOException {
        SparkplugStage stage = new SparkplugStage(this::run);
        long day = 86_400_000_000L;
        stage.now = System.currentTimeMillis() * 1_000 - 50 * day;
        for (int i = 0; i < 5; i++) {
            stage.send(
                    "spBv1.0/plant/NBIRTH/edge", Tahu.nodeBirth(NOON + i, 0, i).bytes());
            stage.send(
                    "spBv1.0/plant/DBIRTH/edge/d",
                    Tahu.payload(NOON + i, 1)
                            .with("w", 2L, MetricDataType.Int8, (byte) 1)
                            .bytes());
            stage.now += 11 * day;
        }
        stage.run(0, stage.size());

        new NamedStatement("forget-births.sql").update(connection, Map.of("keep", "30d"));

        List<Map<String, Object>> left = new ArrayList<>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT origin_offset FROM sparkplug_births ORDER BY 1")) {
            while (rows.next()) {
                left.add(Map.of("offset", rows.getLong(1)));
            }
        }
        assertThat(left).extracting(row -> row.get("offset")).containsExactly(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
    }
}
