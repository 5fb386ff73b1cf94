package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.decode.PayloadHash;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.junit.jupiter.api.Test;

class RowsTest {

    private static final String TIME = "2026-11-21T10:00:00Z";

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Rows rows = new Rows(meters, new StoreLedger("iot.raw"));

    @Test
    void aBatchBecomesColumns() {
        Exchange exchange = Messages.batch(
                Messages.enriched(TIME, 5, Messages.reading("a", "1.5") + ',' + Messages.reading("b", "null")),
                Messages.enriched(TIME, 6, Messages.reading("a", "2")));
        rows.open(exchange);
        rows.collect(exchange);
        rows.batch(exchange);

        Map<String, Object> columns = Messages.parameters(exchange);
        assertThat((String[]) columns.get("eventBodies")).isEmpty();
        assertThat((int[]) columns.get("messages")).containsExactly(1, 1, 2);
        assertThat((String[]) columns.get("owners")).containsExactly("acme", "acme");
        assertThat((String[]) columns.get("tenants")).containsExactly("acme", "acme", "acme");
        assertThat((String[]) columns.get("metrics")).containsExactly("a", "b", "a");
        assertThat((double[]) columns.get("values")).containsExactly(1.5, Double.NaN, 2);
        assertThat((short[]) columns.get("qualities")).containsExactly((short) 0, (short) 2, (short) 0);
        assertThat((long[]) columns.get("sequences"))
                .containsExactly(PayloadHash.mix(5, 0), PayloadHash.mix(5, 1), PayloadHash.mix(6, 0));
    }

    @Test
    void whatADeviceSaysOfItsChannelsBecomesColumnsOfItsOwn() {
        Exchange exchange = Messages.batch(
                Messages.message(
                        """
                {"tenant_id":"acme","device_id":"d1","event_type":"trends","timestamp":"2026-11-21T10:00:00Z","sequence":7,\
                "received_at":"2026-11-21T10:00:01Z","body":{},"trend_statistics":[\
                {"metric":"a","timestamp":"2026-11-21T10:00:00Z","value":1,"avg":2,"min":3,"max":4},\
                {"metric":"b","timestamp":"2026-11-21T09:59:00Z","value":null,"avg":5,"min":null,"max":6}],"readings":[]}"""));
        rows.open(exchange);
        rows.collect(exchange);
        rows.trends(exchange);

        assertThat(rows.hasTrends(exchange)).isTrue();
        Map<String, Object> columns = Messages.parameters(exchange);
        assertThat((String[]) columns.get("metrics")).containsExactly("a", "b");
        assertThat((long[]) columns.get("timestamps")).containsExactly(1_795_255_200_000_000L, 1_795_255_140_000_000L);
        assertThat((long[]) columns.get("sequences")).containsExactly(PayloadHash.mix(7, 0), PayloadHash.mix(7, 1));
        assertThat((double[]) columns.get("values")).containsExactly(1, Double.NaN);
        assertThat((double[]) columns.get("averages")).containsExactly(2, 5);
        assertThat((double[]) columns.get("minima")).containsExactly(3, Double.NaN);
        assertThat((double[]) columns.get("maxima")).containsExactly(4, 6);
    }

    @Test
    void oneMessageAloneIsABatchToo() {
        Exchange exchange =
                Messages.enriched(TIME, 5, Messages.reading("a", "1")).getExchange();
        rows.open(exchange);
        rows.collect(exchange);
        rows.batch(exchange);

        assertThat((String[]) Messages.parameters(exchange).get("metrics")).containsExactly("a");
    }

    @Test
    void aRecordThatIsNotOursFailsItsBatch() {
        Exchange exchange = Messages.batch(Messages.enriched(TIME, 5, ""), Messages.message("{}"));
        rows.open(exchange);

        assertThatThrownBy(() -> rows.collect(exchange)).isInstanceOf(NotEnriched.class);
    }

    @Test
    void whatWasThereBeforeIsCountedAsDuplicate() {
        Exchange exchange = Messages.batch(
                Messages.enriched(TIME, 5, Messages.reading("a", "1") + ',' + Messages.reading("b", "1")));
        rows.open(exchange);
        rows.collect(exchange);
        exchange.getMessage().setBody(List.of(Map.of("stored", 1, "resolved", 0)));
        rows.counted(exchange);
        rows.stored(exchange);

        assertThat(meters.get("caravan.store.readings")
                        .tag("result", "stored")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get("caravan.store.readings")
                        .tag("result", "duplicate")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get("caravan.latency.stored")
                        .tag("since", "receipt")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void messagesOfManyDaysAreCollectedInTurnsOfAHundredDays() {
        Exchange exchange = Messages.batch(IntStream.range(0, 250)
                .mapToObj(day -> Messages.enriched(day(day), day, Messages.reading("m" + day, "1")))
                .toArray(Message[]::new));

        assertThat(turns(exchange)).containsExactly(100, 100, 50);
    }

    @Test
    void oneMessageOfMoreDaysIsATurnOfItsOwn() {
        String years = IntStream.range(0, 300)
                .mapToObj(
                        day -> "{\"metric\":\"a\",\"value\":1,\"unit\":\"\",\"quality\":\"GOOD\",\"timestamp\":\"%s\"}"
                                .formatted(day(day)))
                .collect(Collectors.joining(","));
        String trends =
                """
                {"tenant_id":"acme","device_id":"d1","event_type":"trends","timestamp":"%s","sequence":7,\
                "received_at":"2026-11-21T10:00:01Z","body":{},"trend_statistics":[\
                {"metric":"a","timestamp":"%s","value":1,"avg":2,"min":3,"max":4}],"readings":[]}""";
        Exchange exchange = Messages.batch(
                Messages.enriched(TIME, 1, Messages.reading("a", "1")),
                Messages.enriched(TIME, 2, years),
                Messages.message(trends.formatted(TIME, day(400))),
                Messages.enriched(TIME, 4, Messages.reading("a", "1") + ',' + Messages.reading("b", "1")));

        assertThat(turns(exchange)).containsExactly(1, 300, 2);
    }

    /** How many readings each turn has; each says of its own messages what there is to say. */
    private List<Integer> turns(Exchange exchange) {
        List<Integer> turns = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        rows.open(exchange);
        while (rows.hasMore(exchange)) {
            rows.collect(exchange);
            rows.batch(exchange);
            Map<String, Object> columns = Messages.parameters(exchange);
            int readings = ((String[]) columns.get("metrics")).length;
            long[] places = (long[]) columns.get("offsets");
            assertThat((int[]) columns.get("messages")).hasSize(readings);
            assertThat((String[]) columns.get("owners")).hasSize(places.length).doesNotContainNull();
            assertThat((long[]) columns.get("starts")).containsExactly(places[0]);
            turns.add(readings);
            for (long place : places) {
                offsets.add(place);
            }
        }
        assertThat(offsets).doesNotHaveDuplicates().isSorted();
        return turns;
    }

    private static String day(int day) {
        return LocalDate.of(2020, 1, 1).plusDays(day) + "T10:00:00Z";
    }

    @Test
    void columnsGrowWithTheirReadings() {
        ReadingColumns columns = new ReadingColumns(0);
        for (int i = 0; i < 1_000; i++) {
            columns.add("t", "d", "m" + i, i, i, i, "", io.caravan.reading.Quality.GOOD);
        }

        assertThat(columns.size()).isEqualTo(1_000);
        assertThat((String[]) columns.parameters().get("metrics"))
                .hasSize(1_000)
                .endsWith("m999");
        assertThat((double[]) columns.parameters().get("values")).hasSize(1_000);
    }

    @Test
    void anythingThatIsJsonCanBeTheBodyOfAnEvent() throws Exception {
        String body = "{\"a\":\"\\u0000\\ud800\",\"a\":1e99999,\"ö😀\":[-0,null]}";
        Exchange exchange = Messages.batch(Messages.message(
                """
                {"tenant_id":"acme","device_id":"d1","event_type":"status","timestamp":"2026-11-21T10:00:00Z","sequence":1,\
                "received_at":"2026-11-21T10:00:01Z","body":%s,"readings":[]}"""
                        .formatted(body)));
        rows.open(exchange);
        rows.collect(exchange);
        rows.batch(exchange);

        try (var connection = Postgres.connect(Postgres.migratedDatabase())) {
            new NamedStatement("store-batch.sql").query(connection, Messages.parameters(exchange));
            try (var result = connection.createStatement().executeQuery("SELECT body FROM events")) {
                assertThat(result.next()).isTrue();
                assertThat(result.getString(1)).isEqualTo(body);
            }
        }
    }
}
