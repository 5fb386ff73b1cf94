package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** V12__event_ids.sql: an event counts once by its id. On a real PostgreSQL. */
class EventIdsTest {

    @RegisterExtension
    static final OwnDatabase database = new OwnDatabase(
            "TRUNCATE readings, latest, event_ids, ingest_requests, ledger, ledger_positions, window_marks");

    /** An event: its id (null where it has none), and a number that makes another timestamp and value of it. */
    private record Event(UUID id, int number) {}

    @Test
    void anEventThatComesAgainCountsOnceWhateverElseItSays() throws Exception {
        UUID id = UUID.randomUUID();

        assertThat(store(0, new Event(id, 1))).isEqualTo(1);
        assertThat(store(1, new Event(id, 2), new Event(id, 1))).isZero();

        assertThat(text("SELECT string_agg(value::text, ',') FROM readings")).isEqualTo("1");
        assertThat(text("SELECT string_agg(value::text, ',') FROM latest")).isEqualTo("1");
        assertThat(ledger()).isEqualTo("1 forwarded, 2 duplicates, 0 repeated");
    }

    @Test
    void ofSeveralInOneBatchTheFirstCounts() throws Exception {
        UUID id = UUID.randomUUID();
        UUID other = UUID.randomUUID();

        assertThat(store(0, new Event(id, 2), new Event(other, 5), new Event(id, 9), new Event(id, 1)))
                .isEqualTo(2);

        assertThat(text("SELECT string_agg(value::text, ',' ORDER BY value) FROM readings"))
                .isEqualTo("2,5");
        assertThat(text("SELECT string_agg(value::text, ',') FROM latest")).isEqualTo("5");
        assertThat(ledger()).isEqualTo("2 forwarded, 2 duplicates, 0 repeated");
    }

    @Test
    void aBatchThatIsReadAgainIsKnownAndNotCountedAgain() throws Exception {
        UUID id = UUID.randomUUID();
        store(0, new Event(id, 1), new Event(null, 2));

        assertThat(store(0, new Event(id, 1), new Event(null, 2))).isZero();

        assertThat(ledger()).isEqualTo("2 forwarded, 0 duplicates, 0 repeated");
        assertThat(text("SELECT count(*) FROM readings")).isEqualTo("2");
    }

    @Test
    void aMessageThatEnrichHasWrittenTwiceIsRepeated() throws Exception {
        UUID id = UUID.randomUUID();
        store(0, new Event(id, 1));
        Map<String, Object> again = batch(1, new Event(id, 1));
        again.put("originOffsets", new long[] {0});

        database.query("store-batch.sql", again);

        assertThat(ledger()).isEqualTo("1 forwarded, 1 duplicates, 1 repeated");
    }

    @Test
    void messagesWithoutIdsAreStoredBesideThemAsEver() throws Exception {
        UUID id = UUID.randomUUID();
        store(0, new Event(id, 1));

        assertThat(store(1, new Event(null, 7), new Event(id, 3), new Event(null, 8), new Event(null, 7)))
                .isEqualTo(2);

        assertThat(text("SELECT string_agg(value::text, ',' ORDER BY value) FROM readings"))
                .isEqualTo("1,7,8");
        assertThat(text("SELECT string_agg(value::text, ',') FROM latest")).isEqualTo("1");
        assertThat(ledger()).isEqualTo("3 forwarded, 2 duplicates, 0 repeated");
    }

    @Test
    void anIdIsOneOfItsTenant() throws Exception {
        UUID id = UUID.randomUUID();
        store(0, new Event(id, 1));
        Map<String, Object> other = batch(1, new Event(id, 1));
        for (String column : List.of("tenants", "idTenants", "owners")) {
            other.put(column, new String[] {"other"});
        }

        database.query("store-batch.sql", other);

        assertThat(text("SELECT string_agg(tenant_id, ',' ORDER BY tenant_id) FROM readings"))
                .isEqualTo("acme,other");
    }

    @Test
    void theLatestValueMovesForwardOnly() throws Exception {
        store(0, new Event(UUID.randomUUID(), 5));
        store(1, new Event(UUID.randomUUID(), 3), new Event(UUID.randomUUID(), 4));
        assertThat(text("SELECT string_agg(value::text, ',') FROM latest")).isEqualTo("5");

        store(3, new Event(UUID.randomUUID(), 6));

        assertThat(text("SELECT string_agg(value::text, ',') FROM latest")).isEqualTo("6");
    }

    @Test
    void aLateEventThatIsNoneMarksNoWindow() throws Exception {
        UUID id = UUID.randomUUID();
        store(0, new Event(id, 1));
        database.execute("UPDATE window_state SET closing_until = now()");
        try {
            store(1, new Event(id, 60_000_000));
            assertThat(text("SELECT count(*) FROM window_marks")).isEqualTo("0");
            store(2, new Event(UUID.randomUUID(), 60_000_000));
            assertThat(text("SELECT count(*) FROM window_marks")).isEqualTo("1");
        } finally {
            database.execute("UPDATE window_state SET closing_until = 'epoch'");
        }
    }

    @Test
    void whatIsRefusedLeavesNoIdBehind() throws Exception {
        UUID id = UUID.randomUUID();
        Map<String, Object> bad = batch(0, new Event(id, 1));
        bad.put("units", new String[] {"\0"});
        try {
            database.query("store-batch.sql", bad);
        } catch (SQLException e) {
            // as it should
        }

        assertThat(store(0, new Event(id, 1))).isEqualTo(1);
    }

    @Test
    void twoThatBringTheSameIdsInAnotherOrderAtTheSameTimeNeitherBlockNorDouble() throws Exception {
        Event[] events = IntStream.range(0, 2_000)
                .mapToObj(number -> new Event(UUID.randomUUID(), number))
                .toArray(Event[]::new);
        Event[] reversed = IntStream.range(0, 2_000)
                .mapToObj(number -> new Event(events[1_999 - number].id, 5_000 + number))
                .toArray(Event[]::new);
        Map<String, Object> there = batch(0, reversed);
        there.put("parts", new int[] {1});
        int[] partition = new int[2_000];
        Arrays.fill(partition, 1);
        there.put("partitions", partition);

        CompletableFuture<Integer> one = CompletableFuture.supplyAsync(() -> storeOn(batch(0, events)));
        CompletableFuture<Integer> other = CompletableFuture.supplyAsync(() -> storeOn(there));

        assertThat(one.get() + other.get()).isEqualTo(2_000);
        assertThat(text("SELECT count(*) || ' ' || count(DISTINCT seq) FROM readings"))
                .isEqualTo("2000 2000");
    }

    @Test
    void idsAndNamedRequestsAreForgottenInTime() throws Exception {
        database.execute(
                """
                INSERT INTO event_ids (event_id, tenant_id, seen_at)
                SELECT gen_random_uuid(), 'acme', now() - n * interval '1 day' FROM generate_series(1, 10) AS n;
                INSERT INTO ingest_requests (tenant_id, idempotency_key, received_at, request_id, body_sha256, accepted)
                SELECT 'acme', n::text, now() - n * interval '1 day', gen_random_uuid(), '', 1 FROM generate_series(1, 10) AS n""");

        assertThat(database.query("forget-event-ids.sql", Map.of("keepEventIds", "off", "keepRequests", "off")))
                .containsExactly(Map.of("forgotten", 0L));
        assertThat(database.query("forget-event-ids.sql", Map.of("keepEventIds", "7d", "keepRequests", "36h")))
                .containsExactly(Map.of("forgotten", 4L));

        assertThat(text("SELECT count(*) FROM event_ids")).isEqualTo("6");
        assertThat(text("SELECT count(*) FROM ingest_requests")).isEqualTo("1");
    }

    private static int storeOn(Map<String, Object> batch) {
        try (Connection own = database.connect()) {
            return (int) new NamedStatement("store-batch.sql")
                    .query(own, batch)
                    .get(0)
                    .get("stored");
        } catch (IOException | SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int store(long offset, Event... events) throws Exception {
        return (int)
                database.query("store-batch.sql", batch(offset, events)).get(0).get("stored");
    }

    private static Map<String, Object> batch(long offset, Event... events) {
        long[] offsets = LongStream.range(offset, offset + events.length).toArray();
        int[] numbers = Arrays.stream(events).mapToInt(Event::number).toArray();
        Map<String, Object> batch = BatchToStore.readings(offsets, numbers);
        batch.put("values", Arrays.stream(numbers).mapToDouble(number -> number).toArray());
        batch.put(
                "sequences",
                Arrays.stream(events)
                        .mapToLong(event -> event.id == null ? 0 : event.id.getLeastSignificantBits())
                        .toArray());
        int[] named = IntStream.range(0, events.length)
                .filter(i -> events[i].id != null)
                .toArray();
        String[] tenants = new String[named.length];
        Arrays.fill(tenants, "acme");
        batch.put("idTenants", tenants);
        batch.put(
                "ids",
                IntStream.of(named).mapToObj(i -> events[i].id.toString()).toArray(String[]::new));
        batch.put("idMessages", IntStream.of(named).map(i -> i + 1).toArray());
        return batch;
    }

    private static String ledger() throws SQLException {
        return text(
                """
                SELECT sum(forwarded) || ' forwarded, ' || sum(duplicates) || ' duplicates, ' || sum(repeated) || ' repeated'
                FROM ledger""");
    }

    private static String text(String sql) throws SQLException {
        return database.value(sql).toString();
    }
}
