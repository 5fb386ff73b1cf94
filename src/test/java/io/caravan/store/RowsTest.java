package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.decode.PayloadHash;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
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
        rows.collect(exchange);
        rows.batch(exchange);

        assertThat((String[]) Messages.parameters(exchange).get("metrics")).containsExactly("a");
    }

    @Test
    void aRecordThatIsNotOursFailsItsBatch() {
        assertThatThrownBy(() -> rows.collect(Messages.batch(Messages.enriched(TIME, 5, ""), Messages.message("{}"))))
                .isInstanceOf(NotEnriched.class);
    }

    @Test
    void whatWasThereBeforeIsCountedAsDuplicate() {
        Exchange exchange = Messages.batch(
                Messages.enriched(TIME, 5, Messages.reading("a", "1") + ',' + Messages.reading("b", "1")));
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
