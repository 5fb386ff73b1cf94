package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How camel-jdbc runs a statement, on a real server. */
class KeptStatementsTest {

    private static final String TEXT = "SELECT cardinality(?::int[]) + ?::int -- the tenth?";

    private final HikariDataSource pool = new HikariDataSource();
    private DataSource kept;

    @BeforeEach
    void open() throws Exception {
        pool.setJdbcUrl(Postgres.emptyDatabase());
        pool.setUsername("postgres");
        pool.setPassword("");
        pool.setMaximumPoolSize(1);
        kept = KeptStatements.of(pool);
    }

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void aStatementIsPreparedOnceAndForAll() throws SQLException {
        for (int number = 0; number < 20; number++) {
            assertThat(execute(kept, new int[] {1, 2}, number)).isEqualTo(2 + number);
        }
        assertThat(executionsOfPrepared()).isGreaterThanOrEqualTo(10);
    }

    @Test
    void withoutThisItIsNot() throws SQLException {
        for (int number = 0; number < 20; number++) {
            execute(pool, new int[] {1, 2}, number);
        }
        assertThat(executionsOfPrepared())
                .as("else the driver has learned it, and KeptStatements can go")
                .isLessThanOrEqualTo(1);
    }

    @Test
    void itsFaultsAreTheDatabases() throws SQLException {
        try (Connection connection = kept.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT 1 / ?::int")) {
            statement.setObject(1, 0);
            assertThatThrownBy(statement::execute)
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("22012"));
        }
    }

    private static int execute(DataSource source, int[] numbers, int number) throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement(TEXT)) {
            assertThat(statement.getParameterMetaData().getParameterCount()).isEqualTo(2);
            statement.setObject(1, numbers);
            statement.setObject(2, number);
            assertThat(statement.execute()).isTrue();
            try (ResultSet rows = statement.getResultSet()) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }

    /** How often the server has executed the statement since it prepared it. */
    private int executionsOfPrepared() throws SQLException {
        try (Connection connection = pool.getConnection();
                ResultSet rows = connection
                        .createStatement()
                        .executeQuery(
                                "SELECT coalesce(max(generic_plans + custom_plans), 0) FROM pg_prepared_statements"
                                        + " WHERE statement LIKE 'SELECT cardinality%'")) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
