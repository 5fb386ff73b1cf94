package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.oracle.WindowProof;
import java.sql.SQLException;
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
