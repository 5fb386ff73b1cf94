package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.oracle.WindowProof;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A device has the windows of its type, whatever becomes of either. */
class WidthsOfTypesTest extends WindowsTable {

    @Test
    void aDeviceHasTheWindowsOfItsType() throws Exception {
        device("t-meter", "meter");
        device("t-other", "other");
        configure(Map.of("meter", List.of(60, 3_600)), 60, 300, 900);
        for (String device : List.of("t-meter", "t-other", "t-unregistered")) {
            store(device, T.plusSeconds(1), 1, 2);
            store(device, T.plusSeconds(901), 3);
        }
        settleAt(T.plusSeconds(3_600));
        store("t-meter", T.plusSeconds(2), 4);
        store("t-other", T.plusSeconds(2), 4);
        settleAt(T.plusSeconds(3_600));

        assertThat(widthsOf("t-meter")).containsExactly(60, 3_600);
        assertThat(widthsOf("t-other")).containsExactly(60, 300, 900);
        assertThat(widthsOf("t-unregistered")).containsExactly(60, 300, 900);
        assertThat(windows("width = 3600")).singleElement().satisfies(window -> assertThat(window)
                .containsEntry("count", 4L));
        assertThatTypesHaveTheirWindows();
    }

    @Test
    void aTypeThatGainsAndLosesWidthsHasTheWindowsOfThePastAsWell() throws Exception {
        device("t-meter", "meter");
        device("t-other", "other");
        store("t-meter", T.plusSeconds(1), 1);
        store("t-other", T.plusSeconds(1), 1);
        settleAt(T.plusSeconds(3_600));

        configure(Map.of("meter", List.of(60, 300, 3_600)), 60, 300, 900);
        settleAt(T.plusSeconds(3_600));

        assertThat(widthsOf("t-meter")).containsExactly(60, 300, 3_600);
        assertThat(widthsOf("t-other")).containsExactly(60, 300, 900);
        // changes nothing that is settled: nothing is computed again
        configure(Map.of("meter", List.of(60, 300, 3_600), "new", List.of(60, 300, 900)), 60, 300, 900);
        assertThat(database.rows("SELECT FROM window_widths WHERE settled_until IS NULL"))
                .isEmpty();
        configure(60, 300, 900);
        settleAt(T.plusSeconds(3_600));
        assertThat(widthsOf("t-meter")).containsExactly(60, 300, 900);
        assertThat(windows("width = 3600")).isEmpty();
        assertThatTypesHaveTheirWindows();
    }

    @Test
    void aDeviceOfAnotherTypeGetsTheWindowsOfThat() throws Exception {
        device("t-a", "meter");
        configure(Map.of("meter", List.of(60, 3_600)), 60, 300);
        store("t-a", T.plusSeconds(1), 1);
        settleAt(T.plusSeconds(3_600));

        database.execute("UPDATE devices SET device_type = 'other'");
        settleAt(T.plusSeconds(3_600));
        assertThat(widthsOf("t-a")).containsExactly(60, 300);

        database.execute("UPDATE devices SET device_type = 'meter'");
        settleAt(T.plusSeconds(3_600));
        assertThat(widthsOf("t-a")).containsExactly(60, 3_600);

        database.execute("DELETE FROM devices");
        settleAt(T.plusSeconds(3_600));
        assertThat(widthsOf("t-a")).containsExactly(60, 300);

        device("t-a", "meter");
        settleAt(T.plusSeconds(3_600));
        assertThat(widthsOf("t-a")).containsExactly(60, 3_600);
        assertThatTypesHaveTheirWindows();
    }

    @Test
    void anyOtherChangeOfADeviceLeavesItsWindowsAlone() throws Exception {
        device("t-a", "meter");
        configure(Map.of("meter", List.of(60, 3_600)), 60, 300);
        store("t-a", T.plusSeconds(1), 1);
        settleAt(T.plusSeconds(3_600));

        database.execute("UPDATE devices SET label = 'anew', device_type = 'meter'");
        assertThat(database.rows("SELECT FROM window_retyped")).isEmpty();

        database.execute("UPDATE devices SET label = 'anew', device_type = 'other'");
        assertThat(database.rows("SELECT FROM window_retyped")).hasSize(1);
    }

    @Test
    void aLongHistoryIsMadeAgainPieceByPieceTheNewestFirst() throws Exception {
        configure(Map.of("meter", List.of(60, 3_600)), 60, 300);
        for (String device : List.of("t-long", "t-other")) {
            device(device, "other");
            for (int minute = 0; minute < 600; minute++) {
                store(device, T.plusSeconds(minute * 60), minute);
            }
        }
        settleAt(T.plusSeconds(36_000));
        database.execute("UPDATE devices SET device_type = 'meter'");

        // no more than 90 minutes of a device: the hours that they touch, the 5-minute windows that begin in them
        assertThat(retype(90)).containsEntry("written", 2L).containsEntry("more", true);
        assertThat(database.column("SELECT start FROM windows WHERE width = 3600 ORDER BY start"))
                .hasSize(2);
        assertThat(retype(90)).containsEntry("written", 2L).containsEntry("more", true);
        assertThat(database.rows("SELECT device_id FROM windows WHERE width = 3600 GROUP BY 1 HAVING count(*) = 2"))
                .as("the newest of all come before older ones of any")
                .hasSize(2);
        assertThat(windows("width = 300")).hasSize(2 * (120 - 18));

        // meanwhile the others get what they have coming, and these as well
        store("t-new", T.plusSeconds(36_001), 1);
        store("t-long", T.plusSeconds(36_001), 1);
        store("t-long", T.plusSeconds(2), 1);
        close(T.plusSeconds(40_000));
        assertThat(settleStep(DAY)).isFalse();
        assertThat(correct(10)).containsEntry("marked", 1L);
        assertThat(windows("device_id = 't-new'")).hasSize(2);
        assertThat(windows("device_id = 't-long' AND width = 3600 AND count = 1"))
                .hasSize(1);

        int calls = 0;
        while ((Boolean) retype(90).get("more")) {
            calls++;
        }
        assertThat(calls).isGreaterThan(8);
        settleAt(T.plusSeconds(40_000));
        assertThat(widthsOf("t-long")).containsExactly(60, 3_600);
        assertThat(widthsOf("t-other")).containsExactly(60, 3_600);
        assertThatTypesHaveTheirWindows();
    }

    @Test
    void aTypeThatChangesAgainMeanwhileBeginsAnew() throws Exception {
        configure(Map.of("meter", List.of(60, 3_600)), 60, 300);
        device("t-a", "other");
        for (int minute = 0; minute < 300; minute++) {
            store("t-a", T.plusSeconds(minute * 60), minute);
        }
        settleAt(T.plusSeconds(18_000));
        database.execute("UPDATE devices SET device_type = 'meter'");
        retype(90);
        database.execute("UPDATE devices SET device_type = 'other'");
        retype(90);

        settleAt(T.plusSeconds(18_000));

        assertThat(widthsOf("t-a")).containsExactly(60, 300);
        assertThatTypesHaveTheirWindows();
    }

    @Test
    void aDeviceThatCannotBeMadeAgainHoldsUpNoOthers() throws Exception {
        configure(Map.of("meter", List.of(60, 3_600)), 60, 300);
        device("t-held", "other");
        store("t-held", T.plusSeconds(1), 1);
        settleAt(T.plusSeconds(3_600));
        database.execute("UPDATE devices SET device_type = 'meter'");
        store("t-new", T.plusSeconds(3_601), 1);
        close(T.plusSeconds(3_660));
        try (Connection holder = database.connect();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("SELECT FROM windows WHERE device_id = 't-held' FOR UPDATE");
            database.execute("SET lock_timeout = '100ms'");

            assertThatThrownBy(() -> retype(100)).hasMessageContaining("lock timeout");
            settleStep(DAY);

            assertThat(windows("device_id = 't-new'")).hasSize(1);
            holder.rollback();
        }
        settleAt(T.plusSeconds(3_660));
        assertThatTypesHaveTheirWindows();
    }

    @Test
    void windowsWhoseReadingsHaveGoneStayWhateverWidthsTheirTypeHas() throws Exception {
        device("t-a", "meter");
        store("t-a", daysAgo(12), 1);
        store("t-a", daysAgo(8), 1);
        settleAt(Instant.now());
        retainReadings("10d");

        configure(Map.of("meter", List.of(60, 300, 3_600)), 60, 300, 900);
        settleAt(Instant.now());

        assertThat(windows("start < now() - interval '11 days'"))
                .extracting("width")
                .containsExactly(60, 300, 900);
        assertThat(windows("start > now() - interval '11 days'"))
                .extracting("width")
                .containsExactly(60, 300, 3_600);
    }

    @Test
    void whateverTypesDoTheirWindowsAreTheSelectOverTheReadings() throws Exception {
        List<Integer> wider = List.of(120, 300, 600, 3_600);
        for (int seed = 0; seed < 4; seed++) {
            beginAnew();
            Random random = new Random(seed);
            Instant now = T;
            for (int step = 0; step < 80; step++) {
                for (int reading = random.nextInt(6); reading > 0; reading--) {
                    long late = (long) Math.pow(random.nextInt(20), 3);
                    store("t-" + random.nextInt(6), now.minusSeconds(late), random.nextInt(1_000) / 7.0);
                }
                now = now.plusSeconds(random.nextInt(120));
                switch (random.nextInt(7)) {
                    case 0 ->
                        database.execute("INSERT INTO devices VALUES ('acme', 't-" + random.nextInt(6) + "', '', 'type-"
                                + random.nextInt(3) + "') ON CONFLICT (tenant_id, device_id) DO UPDATE"
                                + " SET device_type = excluded.device_type");
                    case 1 -> database.execute("DELETE FROM devices WHERE device_id = 't-" + random.nextInt(6) + "'");
                    case 2 ->
                        configure(
                                randomTypes(random, wider),
                                Stream.concat(Stream.of(60), randomWidths(random, wider).stream())
                                        .toArray(Integer[]::new));
                    case 3, 4, 5 -> {
                        close(now);
                        settleStep(random.nextInt(2) == 0 ? 60 : DAY);
                        correct(1 + random.nextInt(30));
                        retype(1 + random.nextInt(30));
                    }
                    default -> {}
                }
            }
            settleAt(now.plusSeconds(7_200));
            assertThatTypesHaveTheirWindows();
        }
    }

    private static Map<String, List<Integer>> randomTypes(Random random, List<Integer> wider) {
        Map<String, List<Integer>> types = new HashMap<>();
        for (int type = 0; type < 3; type++) {
            if (random.nextBoolean()) {
                List<Integer> widths = new ArrayList<>(List.of(60));
                widths.addAll(randomWidths(random, wider));
                types.put("type-" + type, widths);
            }
        }
        return types;
    }

    private static List<Integer> randomWidths(Random random, List<Integer> wider) {
        return wider.stream().filter(width -> random.nextBoolean()).toList();
    }

    private void device(String id, String type) throws SQLException {
        database.execute("INSERT INTO devices VALUES ('acme', '" + id + "', '', '" + type + "')");
    }

    private static List<Object> widthsOf(String device) throws SQLException {
        return database.column("SELECT DISTINCT width FROM windows WHERE device_id = '" + device + "' ORDER BY 1");
    }

    /** Of the devices whose names begin with t-. */
    private void assertThatTypesHaveTheirWindows() throws SQLException {
        WindowProof proof = new WindowProof(database.connection());
        assertThat(proof.wrong("t-")).isEmpty();
        assertThat(proof.marks("t-")).isZero();
        assertThat(database.rows(
                        "SELECT DISTINCT width FROM windows WHERE width NOT IN (SELECT width FROM window_widths)"))
                .isEmpty();
        assertThat(database.rows("SELECT FROM window_retyped")).isEmpty();
    }
}
