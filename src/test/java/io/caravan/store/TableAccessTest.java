package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.caravan.api.TenantStatement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every table and view, tried by everybody who has a login: the owner of the schema, the pipeline, the API for two tenants, for
 * none and for an application, and a login without a role. What each may, and whose rows it is, is declared in {@code
 * src/test/resources/access-tables.txt}; a table that is not declared there fails, as does one without rows of both tenants.
 */
class TableAccessTest {

    private static final List<String> COMMANDS = List.of("SELECT", "INSERT", "UPDATE", "DELETE");
    private static final List<String> TENANTS = List.of("alpha", "beta");

    /** Tells those who may not from those who fail: insufficient privilege, row-level security, and a view that takes nothing. */
    private static final List<String> REFUSED = List.of("42501", "55000");

    private static final String RELATIONS =
            """
            SELECT CASE nspname WHEN 'public' THEN '' ELSE 'of_tenant.' END || relname
            FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
            WHERE nspname IN ('public', 'public_of_tenant') AND relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT relispartition
            """;

    /**
     * Who tries.
     *
     * @param column of the declaration that says what it may; null where it may nothing
     * @param tenant that its transactions name, and what device types; null where none
     */
    private record Who(String name, String column, String login, String tenant, String types) {}

    private static final List<Who> EVERYBODY = List.of(
            new Who("owner", "owner", "access_owner", null, null),
            new Who("writer", "writer", "access_writer", null, null),
            new Who("api for alpha", "api", "access_api", "alpha", null),
            new Who("api for beta", "api", "access_api", "beta", null),
            new Who("api for an application of alpha", "api", "access_api", "alpha", "smart_meter"),
            new Who("api for nobody", "api", "access_api", null, null),
            new Who("stranger", null, "access_stranger", null, null));

    /** A letter for each command, small where it holds for some columns, and whose rows: all, own, or own of some types. */
    private record Right(String letters, String rows) {
        char of(String command) {
            return letters.charAt(COMMANDS.indexOf(command));
        }
    }

    private static final Map<String, Connection> connections = new LinkedHashMap<>();
    private static Connection superuser;
    private static Map<String, Map<String, Right>> declared;

    @BeforeAll
    static void twoTenants() throws Exception {
        Postgres.migratedDatabase(); // the first one of a server makes the group roles
        String url = Postgres.emptyDatabase();
        superuser = Postgres.connect(url);
        url = url.replaceAll("\\?.*", ""); // it names the superuser
        for (String role : List.of(
                "access_owner LOGIN IN ROLE caravan_writer, caravan_api",
                "access_writer LOGIN IN ROLE caravan_writer",
                "access_api LOGIN IN ROLE caravan_api",
                "access_stranger LOGIN")) {
            execute(superuser, "CREATE ROLE " + role);
        }
        execute(superuser, "ALTER DATABASE " + superuser.getCatalog() + " OWNER TO access_owner");
        new Migrations(Postgres.SQL, url, "access_owner", "").run();
        for (String rows : List.of("two-tenants.sql", "every-table.sql")) {
            execute(superuser, Files.readString(Path.of("src/test/resources", rows)));
        }
        for (Who who : EVERYBODY) {
            if (!connections.containsKey(who.login())) {
                Connection connection = DriverManager.getConnection(url, who.login(), "");
                if (who.login().equals("access_api")) {
                    execute(connection, TenantStatement.SESSION);
                }
                connection.setAutoCommit(false);
                connections.put(who.login(), connection);
            }
        }
        declared = declared();
    }

    @AfterAll
    static void leave() throws SQLException {
        for (Connection connection : connections.values()) {
            connection.close();
        }
        superuser.close();
    }

    private static Map<String, Map<String, Right>> declared() throws Exception {
        Map<String, Map<String, Right>> declared = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("src/test/resources/access-tables.txt"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] words = line.strip().split("\\s+");
                declared.put(
                        words[0],
                        Map.of(
                                "owner", new Right(words[1], words[2]),
                                "writer", new Right(words[3], words[4]),
                                "api", new Right(words[5], words[6])));
            }
        }
        return declared;
    }

    @Test
    void everyTableAndViewIsDeclared() throws SQLException {
        assertThat(new TreeSet<>(list(superuser, RELATIONS))).isEqualTo(declared.keySet());
    }

    @TestFactory
    Stream<DynamicTest> everybodyMayWhatIsDeclaredAndNothingElse() {
        return declared.keySet().stream().flatMap(relation -> EVERYBODY.stream().flatMap(who -> COMMANDS.stream()
                .map(command -> dynamicTest(
                        relation + ": " + command + " by " + who.name(), () -> attempt(relation, who, command)))));
    }

    private static void attempt(String relation, Who who, String command) throws SQLException {
        Right right = who.column() == null
                ? new Right("----", "all")
                : declared.get(relation).get(who.column());
        Connection connection = connections.get(who.login());
        execute(
                connection,
                "SELECT set_config('app.tenant', '%s', true), set_config('app.device_types', '%s', true)"
                        .formatted(who.tenant() == null ? "" : who.tenant(), who.types() == null ? "" : who.types()));
        String name = "public" + (relation.startsWith("of_tenant.") ? "_" : ".") + relation;
        try {
            switch (command) {
                case "SELECT" -> select(connection, name, who, right);
                case "INSERT" -> insert(connection, name, who, right);
                case "UPDATE" -> update(connection, name, who, right);
                default -> assertRows(attempt(connection, "DELETE FROM " + name), right.of(command), name, who, right);
            }
        } finally {
            connection.rollback();
        }
    }

    private static void select(Connection connection, String name, Who who, Right right) throws SQLException {
        boolean some = right.of("SELECT") == 's';
        if (some) {
            assertThat(attempt(connection, "SELECT * FROM " + name))
                    .as("all columns")
                    .isNegative();
        }
        assertRows(
                attempt(connection, "SELECT " + (some ? "tenant_id" : "*") + " FROM " + name),
                right.of("SELECT"),
                name,
                who,
                right);
        if (ofTenants(name) && right.of("SELECT") != '-' && who.tenant() != null) {
            assertThat(list(connection, "SELECT DISTINCT tenant_id FROM " + name))
                    .isSubsetOf(who.tenant());
        }
    }

    /** A copy of a row that is there: who may insert it is told that there is one, or that nothing keeps it from being there twice. */
    private static void insert(Connection connection, String name, Who who, Right right) throws SQLException {
        String columns = String.join(
                ", ",
                list(
                        superuser,
                        "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = '" + name
                                + "'::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''"));
        boolean isView = one("SELECT relkind = 'v' FROM pg_class WHERE oid = '" + name + "'::regclass");
        for (String tenant : ofTenants(name) ? TENANTS : List.of("")) {
            String row = row(name, tenant);
            boolean mine = right.rows().equals("all") || isView || tenant.equals(who.tenant());
            long done = attempt(
                    connection,
                    "INSERT INTO " + name + " (" + columns + ") SELECT " + columns
                            + " FROM jsonb_populate_record(NULL::" + name + ", '" + row.replace("'", "''") + "')");
            assertThat(done >= 0).as("for " + tenant).isEqualTo(right.of("INSERT") == 'I' && mine);
        }
    }

    private static String row(String name, String tenant) throws SQLException {
        String table = name.replace("public_of_tenant.", "public.");
        return list(
                        superuser,
                        "SELECT to_jsonb(t) FROM " + table + " AS t"
                                + (tenant.isEmpty() ? "" : " WHERE tenant_id = '" + tenant + "'") + " LIMIT 1")
                .get(0);
    }

    /** Rows are left as they are; of a table of tenants, they are given to another as well. */
    private static void update(Connection connection, String name, Who who, Right right) throws SQLException {
        String first = list(
                        superuser,
                        "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = '" + name
                                + "'::regclass AND attnum > 0 ORDER BY attname <> 'tenant_id', attnum")
                .get(0);
        char letter = right.of("UPDATE");
        if (letter == 'u') {
            assertThat(attempt(connection, "UPDATE " + name + " SET " + first + " = " + first))
                    .isNegative();
            first = list(
                            connection,
                            "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = '" + name
                                    + "'::regclass AND attnum > 0 AND has_column_privilege(attrelid, attnum, 'UPDATE')"
                                    + " AND has_column_privilege(attrelid, attnum, 'SELECT')")
                    .get(0);
        }
        assertRows(attempt(connection, "UPDATE " + name + " SET " + first + " = " + first), letter, name, who, right);
        if (ofTenants(name) && !right.rows().equals("all") && who.tenant() != null) {
            assertThat(attempt(connection, "UPDATE " + name + " SET tenant_id = 'gamma'"))
                    .as("given to another")
                    .isNegative();
        }
    }

    /** @param done on how many rows a command was done; negative where it was refused */
    private static void assertRows(long done, char letter, String name, Who who, Right right) throws SQLException {
        if (letter == '-') {
            assertThat(done).as("rows of what is refused").isNegative();
        } else if (done != Long.MAX_VALUE) {
            String own = " WHERE tenant_id = '" + who.tenant() + "'";
            String rows =
                    switch (right.rows()) {
                        case "all" -> "";
                        case "own" -> own;
                        default -> own + (who.types() == null ? "" : " AND device_type = '" + who.types() + "'");
                    };
            String table = name.replace("public_of_tenant.", "public.");
            assertThat(done)
                    .isEqualTo(Long.parseLong(list(superuser, "SELECT count(*) FROM " + table + rows)
                            .get(0)));
        }
    }

    private static boolean ofTenants(String name) throws SQLException {
        return one("SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = '" + name
                + "'::regclass AND attname = 'tenant_id')");
    }

    /**
     * Tries a statement, and leaves no trace of it in the transaction.
     *
     * @return how many rows it was done on, -1 where it was refused, as many as there can be where it was allowed and the rows
     *     forbade it
     */
    private static long attempt(Connection connection, String sql) throws SQLException {
        execute(connection, "SAVEPOINT before");
        try (Statement statement = connection.createStatement()) {
            if (!statement.execute(sql)) {
                return statement.getUpdateCount();
            }
            long rows = 0;
            try (ResultSet result = statement.getResultSet()) {
                while (result.next()) {
                    rows++;
                }
            }
            return rows;
        } catch (SQLException e) {
            if (e.getSQLState().startsWith("23")) {
                return Long.MAX_VALUE;
            }
            assertThat(e.getSQLState()).as(sql + ": " + e.getMessage()).isIn(REFUSED);
            return -1;
        } finally {
            execute(connection, "ROLLBACK TO before");
        }
    }

    @Test
    void everyTableOfTenantsHasRowsOfBoth() throws SQLException {
        for (String relation : declared.keySet()) {
            if (!relation.startsWith("of_tenant.") && ofTenants("public." + relation)) {
                assertThat(list(superuser, "SELECT DISTINCT tenant_id FROM public." + relation))
                        .as(relation)
                        .containsAll(TENANTS);
            }
        }
    }

    /** Rights that no statement of Caravan's needs, and partitions, by which one would get around the views. */
    @Test
    void nobodyButTheOwnerHasMore() throws SQLException {
        assertThat(
                        list(
                                superuser,
                                """
                        SELECT relname || ' ' || rolname
                        FROM pg_class, pg_roles
                        WHERE relnamespace IN ('public'::regnamespace, 'public_of_tenant'::regnamespace)
                            AND relkind IN ('r', 'p', 'v') AND rolname IN ('caravan_api', 'caravan_writer', 'access_stranger')
                            AND has_table_privilege(rolname, pg_class.oid, 'TRUNCATE, REFERENCES, TRIGGER, MAINTAIN')
                        """))
                .isEmpty();
        assertThat(
                        list(
                                superuser,
                                """
                        SELECT relname FROM pg_class
                        WHERE relispartition AND relkind = 'r'
                            AND has_table_privilege('caravan_api', oid, 'SELECT, INSERT, UPDATE, DELETE')
                        """))
                .isEmpty();
        assertThat(
                        list(
                                superuser,
                                """
                        SELECT sequencename FROM pg_sequences
                        WHERE has_sequence_privilege('caravan_api', quote_ident(sequencename), 'USAGE, SELECT, UPDATE')
                        """))
                .containsExactly("replay_requests");
        for (String login : connections.keySet()) {
            for (String schema : List.of("public", "public_of_tenant")) {
                assertThat(one("SELECT has_schema_privilege('" + login + "', '" + schema + "', 'CREATE')"))
                        .as(login + " may create in " + schema)
                        .isEqualTo(login.equals("access_owner"));
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static boolean one(String sql) throws SQLException {
        return list(superuser, sql).get(0).equals("t");
    }

    private static List<String> list(Connection connection, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
