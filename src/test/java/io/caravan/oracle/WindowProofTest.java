package io.caravan.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.store.Postgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The proof finds what is wrong, and nothing in what is right. */
class WindowProofTest {

    private Connection connection;
    private WindowProof proof;

    @BeforeEach
    void settle() throws Exception {
        connection = Postgres.connect(Postgres.migratedDatabase());
        proof = new WindowProof(connection);
        run(
                """
                INSERT INTO readings (tenant_id, device_id, metric, ts, seq, value, unit, quality)
                SELECT 't', device, 'm', '2026-11-21T10:00:00Z'::timestamptz + i * interval '7 s', i, sqrt(i), '', 0
                FROM unnest(ARRAY['run-1', 'other']) AS device, generate_series(0, 30) AS i""");
        run("INSERT INTO window_widths VALUES (60, NULL), (300, NULL)");
        run("SELECT close_windows('2026-11-21T10:03:01Z'::timestamptz, interval '1 second')");
        run("SELECT settle_windows(interval '1 day')");
    }

    @AfterEach
    void close() throws Exception {
        connection.close();
    }

    @Test
    void whatIsSettledIsRightAndTheRestIsLeftAlone() throws Exception {
        assertThat(proof.wrong("run-")).isEmpty();
        assertThat(proof.settled("run-")).isEqualTo(3);
        assertThat(proof.marks("run-")).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM windows WHERE device_id = 'run-1' AND start = '2026-11-21T10:01:00Z'",
                "DELETE FROM readings WHERE device_id = 'run-1' AND ts BETWEEN '2026-11-21T10:01:00Z' AND '2026-11-21T10:01:59Z'",
                "UPDATE windows SET count = count + 1 WHERE device_id = 'run-1' AND start = '2026-11-21T10:01:00Z'",
                "UPDATE windows SET sum = sum * 1.0001 WHERE device_id = 'run-1' AND start = '2026-11-21T10:01:00Z'",
                "UPDATE windows SET stddev = stddev * 1.0001 WHERE device_id = 'run-1' AND start = '2026-11-21T10:01:00Z'",
                "UPDATE windows SET last = first WHERE device_id = 'run-1' AND start = '2026-11-21T10:01:00Z'",
            })
    void oneThatIsWrongIsFound(String fault) throws Exception {
        run(fault);

        assertThat(proof.wrong("run-"))
                .singleElement()
                .asString()
                .startsWith("run-1 m 60 s from 2026-11-21")
                .contains("10:01:00");
        assertThat(proof.wrong("other-")).isEmpty();
    }

    @Test
    void aMarkIsCounted() throws Exception {
        run("INSERT INTO window_marks VALUES ('2026-11-21T10:01:00Z', 't', 'run-1')");

        assertThat(proof.marks("run-")).isOne();
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET timezone = 'UTC'");
            statement.execute(sql);
        }
    }
}
