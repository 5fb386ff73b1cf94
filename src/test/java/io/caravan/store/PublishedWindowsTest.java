package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which windows go to Kafka, and who of several processes sends them. */
class PublishedWindowsTest extends WindowsTable {

    @Test
    void whatHasChangedIsSelectedUntilItIsPublished() throws Exception {
        store("a", T, 1);
        store("b", T, 2);
        settleAt(T.plusSeconds(60));

        List<Map<String, Object>> first = unpublished("one", 1);
        assertThat(first).hasSize(1);
        assertThat(unpublished("one", 10)).as("nothing was noted").hasSize(2);
        published("one", first.get(0).get("revision"));
        assertThat(unpublished("one", 10))
                .extracting("device_id")
                .doesNotContain(first.get(0).get("device_id"))
                .hasSize(1);
        published("one", unpublished("one", 10).get(0).get("revision"));
        assertThat(unpublished("one", 10)).isEmpty();

        settleAt(T.plusSeconds(60));
        assertThat(unpublished("one", 10)).as("nothing has changed").isEmpty();
        store("a", T, 3);
        settleAt(T.plusSeconds(60));
        assertThat(unpublished("one", 10)).singleElement().satisfies(window -> assertThat(window)
                .containsEntry("count", 2L));
    }

    @Test
    void onePublishesUntilHisTurnIsOver() throws Exception {
        store("a", T, 1);
        settleAt(T.plusSeconds(60));
        assertThat(unpublished("one", 10)).hasSize(1);

        assertThat(unpublished("two", 10)).isEmpty();
        database.execute("UPDATE window_state SET publishing_until = now() - interval '1 second'");
        assertThat(unpublished("two", 10)).hasSize(1);
        database.execute("UPDATE window_state SET publishing_until = now() + interval '1 hour'");
        assertThat(unpublished("three", 10))
                .as("a turn of a clock that was ahead")
                .hasSize(1);
    }

    private List<Map<String, Object>> unpublished(String publisher, int rows) throws Exception {
        return database.query("select-unpublished-windows.sql", Map.of("publisher", publisher, "rows", rows)).stream()
                .filter(window -> window.get("width").equals(60))
                .toList();
    }

    private void published(String publisher, Object revision) throws Exception {
        database.update("published-windows.sql", Map.of("publisher", publisher, "revision", revision));
    }
}
