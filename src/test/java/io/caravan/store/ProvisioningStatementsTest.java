package io.caravan.store;

import static io.caravan.store.Parameters.asked;
import static io.caravan.store.Parameters.filled;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How messages add devices to the directory, in the statement itself. */
class ProvisioningStatementsTest {

    @RegisterExtension
    static final OwnDatabase database = new OwnDatabase("TRUNCATE devices");

    @Test
    void anUnknownDeviceIsAddedAndAKnownOneAnsweredAsItIs() throws Exception {
        List<Map<String, Object>> added = provision("acme", 10, "b-1");
        assertThat(added).singleElement().satisfies(row -> assertThat(row)
                .containsEntry("tenant_id", "acme")
                .containsEntry("device_id", "b-1")
                .containsEntry("label", "Label of b-1")
                .containsEntry("device_type", "smart_breaker")
                .containsEntry("site_id", null)
                .containsEntry("zone_id", "zone of b-1")
                .containsKey("created_at"));
        database.execute("UPDATE devices SET label = 'Main hall', site_id = 's1', device_type = 'smart_meter'");

        assertThat(provision("acme", 10, "b-1")).singleElement().satisfies(row -> assertThat(row)
                .containsEntry("label", "Main hall")
                .containsEntry("site_id", "s1")
                .containsEntry("device_type", "smart_meter")
                .containsEntry("created_at", added.get(0).get("created_at")));
        assertThat(database.query("select-directory.sql", Map.of("since", "1970-01-01T00:00:00Z")))
                .isEqualTo(provision("acme", 10, "b-1"));
    }

    @Test
    void aTypeThatNoMessageToldIsFilledInOnceAndOnlyWhereAMessageAddedTheDevice() throws Exception {
        database.execute(
                "INSERT INTO devices (tenant_id, device_id, label, device_type) VALUES ('acme', 'by-hand', '', 'unknown')");
        provisionAs("unknown", "b-1", "b-2", "by-hand");
        database.execute("UPDATE devices SET updated_at = '2020-01-01Z'");
        assertThat(types(provisionAs("unknown", "b-1", "by-hand")))
                .isEqualTo(Map.of("b-1", "unknown", "by-hand", "unknown"));

        assertThat(types(provisionAs("smart_meter", "b-1", "by-hand", "b-1")))
                .isEqualTo(Map.of("b-1", "smart_meter", "by-hand", "unknown"));
        assertThat(types(provisionAs("smart_breaker", "b-1", "b-2")))
                .isEqualTo(Map.of("b-1", "smart_meter", "b-2", "smart_breaker"));
        assertThat(database.rows("SELECT device_id FROM devices WHERE updated_at > '2020-01-01Z' ORDER BY device_id"))
                .as("what other processes read again")
                .extracting(row -> row.get("device_id"))
                .containsExactly("b-1", "b-2");
    }

    @Test
    void sessionsThatTellTheTypesOfTheSameDevicesInAnotherOrderAgree() throws Exception {
        String[] devices = IntStream.range(0, 40).mapToObj(i -> "d" + i).toArray(String[]::new);
        provisionAs("unknown", devices);
        AtomicInteger number = new AtomicInteger();
        OwnDatabase.together(4, () -> {
            List<String> order = new ArrayList<>(List.of(devices));
            Collections.shuffle(order, new Random(number.get()));
            try (Connection session = database.connect()) {
                return provision(session, "type-" + number.incrementAndGet(), "acme", 50, order.toArray(String[]::new));
            }
        });

        assertThat(database.rows("SELECT DISTINCT device_type LIKE 'type-%' AS told FROM devices"))
                .containsExactly(Map.of("told", true));
    }

    @Test
    void aTenantGetsNoMoreDevicesThanTheCapAndKeepsThoseItHas() throws Exception {
        assertThat(provision("acme", 3, "z", "z", "y", "x", "w", "v"))
                .extracting("device_id")
                .containsExactlyInAnyOrder("z", "y", "x");
        assertThat(provision("acme", 3, "w", "x")).extracting("device_id").containsExactly("x");
        assertThat(provision("other", 3, "w")).extracting("device_id").containsExactly("w");
        assertThat(provision("acme", 0, "x", "u")).extracting("device_id").containsExactly("x");
    }

    @Test
    void sessionsThatProvisionAtOnceAgreeOnTheDevicesAndKeepTheCap() throws Exception {
        List<List<Map<String, Object>>> answers = OwnDatabase.together(4, () -> {
            List<Map<String, Object>> rows = new ArrayList<>();
            try (Connection session = database.connect()) {
                for (int i = 0; i < 40; i++) {
                    rows.addAll(provision(session, "acme", 25, "d" + i, "e" + i));
                }
            }
            return rows;
        });

        assertThat(database.rows("SELECT device_id FROM devices")).hasSize(25);
        assertThat(answers).allSatisfy(answer -> assertThat(answer).isEqualTo(answers.get(0)));
    }

    private static List<Map<String, Object>> provision(String tenant, int cap, String... devices) throws Exception {
        return provision(database.connection(), tenant, cap, devices);
    }

    private static List<Map<String, Object>> provision(Connection session, String tenant, int cap, String... devices)
            throws Exception {
        return provision(session, "smart_breaker", tenant, cap, devices);
    }

    private static List<Map<String, Object>> provision(
            Connection session, String type, String tenant, int cap, String... devices) throws Exception {
        Map<String, Object> asked = asked(tenant, cap, devices);
        asked.put("types", filled(devices.length, type));
        return new NamedStatement("provision-devices.sql").query(session, asked);
    }

    private static List<Map<String, Object>> provisionAs(String type, String... devices) throws Exception {
        return provision(database.connection(), type, "acme", 50, devices);
    }

    private static Map<Object, Object> types(List<Map<String, Object>> devices) {
        return devices.stream().collect(Collectors.toMap(row -> row.get("device_id"), row -> row.get("device_type")));
    }
}
