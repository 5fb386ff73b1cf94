package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.api.TenantStatement;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every table, view and function, of today and of tomorrow's migrations, is what V17__tenants.sql promises. */
class TenantCatalogueTest {

    private static final String TABLES =
            """
            SELECT c.relname
            FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid
            WHERE relnamespace = current_schema::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
                AND attname = 'tenant_id'
            """;

    private static String url;
    private static Connection owner;

    @BeforeAll
    static void migrate() throws SQLException, IOException {
        url = Postgres.migratedDatabase();
        owner = DriverManager.getConnection(url, "postgres", "");
    }

    @AfterAll
    static void leave() throws SQLException {
        owner.close();
    }

    @Test
    void everyTableOfTenantsIsIsolatedOrSeenThroughAView() throws SQLException {
        List<String> seenThroughViews =
                list(owner, "SELECT viewname FROM pg_views WHERE schemaname = current_schema || '_of_tenant'");
        assertThat(seenThroughViews).contains("readings", "events", "trend_statistics");
        for (String table : list(owner, TABLES)) {
            boolean forced = one(
                    owner,
                    "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = '" + table
                            + "'::regclass");
            boolean granted = one(
                    owner,
                    "SELECT has_table_privilege('caravan_api', '" + table
                            + "', 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')"
                            + " OR has_any_column_privilege('caravan_api', '" + table
                            + "', 'SELECT, INSERT, UPDATE')");
            boolean viewed = seenThroughViews.contains(table);
            assertThat(viewed ? !granted : forced)
                    .as("%s must have SELECT isolate_tenants('%s'), or a barrier view and no grant", table, table)
                    .isTrue();
        }
    }

    @Test
    void everyPolicyOfTheApiNamesTheTenantForReadingAndWriting() throws SQLException {
        assertThat(
                        list(
                                owner,
                                """
                        SELECT tablename || '.' || policyname
                        FROM pg_policies
                        WHERE 'caravan_api' = ANY (roles) AND permissive = 'PERMISSIVE'
                            AND (qual NOT LIKE '%tenant_id = %app.tenant%'
                                OR with_check NOT LIKE '%tenant_id = %app.tenant%' OR cmd <> 'ALL')
                        """))
                .isEmpty();
        assertThat(list(owner, "SELECT tablename || '.' || policyname FROM pg_policies WHERE 'public' = ANY (roles)"))
                .isEmpty();
    }

    @Test
    void viewsAreBarriers() throws SQLException {
        assertThat(
                        list(
                                owner,
                                """
                        SELECT relname FROM pg_class
                        WHERE relnamespace = (current_schema || '_of_tenant')::regnamespace
                            AND NOT coalesce('security_barrier=true' = ANY (reloptions), false)
                        """))
                .isEmpty();
    }

    @Test
    void whatRunsAsTheOwnerHasAPinnedSearchPathAndIsNotForEverybody() throws SQLException {
        assertThat(
                        list(
                                owner,
                                """
                        SELECT oid::regprocedure::text
                        FROM pg_proc
                        WHERE pronamespace = current_schema::regnamespace AND prosecdef
                            AND (NOT EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting LIKE 'search_path=%')
                                OR has_function_privilege('public', oid, 'EXECUTE'))
                        """))
                .isEmpty();
    }

    @Test
    void rolesAreNeitherOwnersNorAboveTheRules() throws SQLException {
        assertThat(
                        list(
                                owner,
                                """
                        SELECT rolname FROM pg_roles
                        WHERE rolname IN ('caravan_api', 'caravan_writer')
                            AND (rolsuper OR rolbypassrls OR rolcanlogin OR rolcreaterole)
                        """))
                .isEmpty();
        assertThat(
                        list(
                                owner,
                                "SELECT relname FROM pg_class WHERE relowner IN ('caravan_api'::regrole, 'caravan_writer'::regrole)"))
                .isEmpty();
    }

    @Test
    void aTenantSeesItsOwnRowsAndWithoutOneThereAreNone() throws SQLException {
        execute(
                owner,
                """
                INSERT INTO devices (tenant_id, device_id, label, device_type)
                VALUES ('a', 'd', 'of a', 'smart_meter'), ('b', 'd', 'of b', 'smart_meter'), ('a', 'e', '', 'other');
                INSERT INTO readings (tenant_id, device_id, metric, ts, seq, value, quality)
                VALUES ('a', 'd', 'm', now(), 1, 1, 0), ('b', 'd', 'm', now(), 1, 2, 0);
                """);
        try (Connection api = DriverManager.getConnection(url, "postgres", "")) {
            execute(api, TenantStatement.SESSION);
            api.setAutoCommit(false);
            for (String table : list(owner, TABLES)) {
                boolean visible = one(
                        owner,
                        "SELECT has_table_privilege('caravan_api', '" + table + "', 'SELECT') OR EXISTS (SELECT FROM"
                                + " pg_views WHERE schemaname = current_schema || '_of_tenant' AND viewname = '" + table
                                + "')");
                if (visible) {
                    assertThat(list(api, "SELECT tenant_id FROM " + table))
                            .as(table)
                            .isEmpty();
                }
            }

            execute(api, "SELECT set_config('app.tenant', 'a', true)");
            assertThat(list(api, "SELECT value::int FROM readings")).containsExactly("1");
            assertThat(list(api, "SELECT device_id FROM devices ORDER BY 1")).containsExactly("d", "e");
            execute(api, "SELECT set_config('app.device_types', E'other\\nanother', true)");
            assertThat(list(api, "SELECT device_id FROM devices ORDER BY 1")).containsExactly("e");
            api.commit();

            assertThat(list(api, "SELECT value::int FROM readings"))
                    .as("after the transaction")
                    .isEmpty();
            execute(api, "SELECT set_config('app.tenant', 'a', true)");
            assertRefused(
                    api, "INSERT INTO devices (tenant_id, device_id, label, device_type) VALUES ('b', 'x', '', '')");
            assertRefused(api, "SELECT * FROM public.readings");
            assertRefused(api, "SELECT * FROM public.readings_default");
            assertRefused(api, "SELECT * FROM event_ids");
            assertRefused(api, "SELECT isolate_tenants('windows')");
            assertRefused(api, "UPDATE dead_letters SET tenant_id = 'a'");
            assertRefused(api, "SET ROLE caravan_writer; SELECT * FROM nothing");
        }
    }

    /** In a transaction of its own, so that the next one is good. */
    private static void assertRefused(Connection api, String sql) throws SQLException {
        try {
            execute(api, "SELECT set_config('app.tenant', 'a', true)");
            execute(api, sql);
            throw new AssertionError("not refused: " + sql);
        } catch (SQLException e) {
            assertThat(e.getSQLState()).as(sql).isIn("42501", "42P01");
        } finally {
            api.rollback();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static boolean one(Connection connection, String sql) throws SQLException {
        return list(connection, sql).get(0).equals("t");
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
