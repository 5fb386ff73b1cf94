package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.decode.PayloadHash;
import java.util.Map;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;

class NewestTest {

    private final Newest newest = new Newest();

    @Test
    void theNewestReadingOfEachMetricRemainsWhateverTheOrder() {
        Exchange exchange = Messages.batch(
                Messages.enriched(
                        "2026-11-21T10:00:01Z", 1, Messages.reading("b", "2") + ',' + Messages.reading("a", "2")),
                Messages.enriched("2026-11-21T10:00:00Z", 9, Messages.reading("a", "1")),
                Messages.message("not ours"),
                Messages.message((byte[]) null),
                Messages.enriched("2026-11-21T10:00:02Z", 1, Messages.reading("b", "null")));
        newest.reduce(exchange);
        newest.latest(exchange);

        Map<String, Object> latest = Messages.parameters(exchange);
        assertThat((String[]) latest.get("metrics")).containsExactly("a", "b");
        assertThat((double[]) latest.get("values")).containsExactly(2, Double.NaN);
    }

    @Test
    void whatNoRowCanHoldIsPassedOver() {
        Exchange exchange = Messages.batch(
                Messages.enriched(
                        "2026-11-21T10:00:00Z",
                        1,
                        Messages.reading("a\\u0000", "1")
                                + ','
                                + Messages.reading("b", "1")
                                + ','
                                + Messages.reading("c".repeat(3_000), "1")),
                Messages.message(
                        new String((byte[]) Messages.enriched("2026-11-21T10:00:00Z", 1, Messages.reading("d", "1"))
                                        .getBody())
                                .replace("\"d1\"", "\"d\\u0000\"")));
        newest.reduce(exchange);
        newest.latest(exchange);
        assertThat((String[]) Messages.parameters(exchange).get("metrics")).containsExactly("b");

        newest.presence(exchange);
        assertThat((String[]) Messages.parameters(exchange).get("devices")).containsExactly("d1");
    }

    @Test
    void ofReadingsOfOneMomentTheHigherSequenceRemains() {
        long first = PayloadHash.mix(1, 0);
        long second = PayloadHash.mix(2, 0);
        for (long[] order : new long[][] {{1, 2}, {2, 1}}) {
            Exchange exchange = Messages.batch(
                    Messages.enriched("2026-11-21T10:00:00Z", order[0], Messages.reading("a", "1")),
                    Messages.enriched("2026-11-21T10:00:00Z", order[1], Messages.reading("a", "1")));
            newest.reduce(exchange);
            newest.latest(exchange);

            assertThat((long[]) Messages.parameters(exchange).get("sequences"))
                    .containsExactly(Math.max(first, second));
        }
    }

    @Test
    void presenceIsTheTimeOfReceiptOfMessagesWithoutReadingsToo() {
        Exchange exchange = Messages.batch(Messages.enriched("2026-11-21T09:00:00Z", 1, ""));
        newest.reduce(exchange);
        newest.presence(exchange);

        Map<String, Object> presence = Messages.parameters(exchange);
        assertThat((String[]) presence.get("devices")).containsExactly("d1");
        assertThat((long[]) presence.get("timestamps")).containsExactly(1_795_255_201_000_000L);
    }
}
