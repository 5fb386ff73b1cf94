package io.caravan.store;

import static io.caravan.store.Parameters.NOW;
import static io.caravan.store.Parameters.micros;
import static io.caravan.store.Parameters.presence;
import static io.caravan.store.Parameters.status;
import static io.caravan.store.Parameters.with;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How presence moves forward, in the statement itself. */
class PresenceStatementsTest {

    @RegisterExtension
    static final OwnDatabase database = new OwnDatabase("TRUNCATE presence, devices");

    @Test
    void presenceMovesForwardAndNeverBack() throws Exception {
        upsertPresence(NOW);
        upsertPresence(NOW - 1);
        assertThat(lastSeen()).isEqualTo(NOW);
        upsertPresence(NOW + 1);
        assertThat(lastSeen()).isEqualTo(NOW + 1);
    }

    @Test
    void whetherADeviceIsOnlineMovesForwardByTimeThenSequenceAndNeverBack() throws Exception {
        upsertPresence(status(NOW, NOW, 5, true));
        upsertPresence(status(NOW + 1, NOW - 1, 9, false));
        assertThat(online()).as("older").isEqualTo(true);
        upsertPresence(status(NOW + 2, NOW, 4, false));
        assertThat(online()).as("same time, lower sequence").isEqualTo(true);
        upsertPresence(status(NOW - 9, NOW, 6, false));
        assertThat(online()).as("same time, higher sequence, received before").isEqualTo(false);
        assertThat(lastSeen()).isEqualTo(NOW + 2);
        upsertPresence(status(NOW + 3, NOW - 1, 9, true));
        assertThat(online()).as("telemetry that is older than the status").isEqualTo(false);
        upsertPresence(status(NOW + 3, NOW + 1, -9, true));
        assertThat(online()).as("newer telemetry").isEqualTo(true);
    }

    @Test
    void aStateIsAsOldAsItsFirstMessage() throws Exception {
        long second = 1_000_000;
        long before = NOW - 1_000 * second;
        upsertPresence(status(before, before, 1, true));
        upsertPresence(status(before + second, before + second, 1, true));
        assertThat(since()).as("still online").isEqualTo(before);
        upsertPresence(status(before + 2 * second, before + 2 * second, 1, false));
        assertThat(since()).as("gone").isEqualTo(before + 2 * second);
        upsertPresence(status(before + 99 * second, before + 99 * second, 1, false));
        assertThat(since()).as("still gone, however long it was silent").isEqualTo(before + 2 * second);
        upsertPresence(status(before + 99 * second, before - 1, 1, true));
        assertThat(since()).as("something old").isEqualTo(before + 2 * second);
        upsertPresence(status(before + 100 * second, before + 100 * second, 1, true));
        assertThat(since()).as("back").isEqualTo(before + 100 * second);
    }

    @Test
    void aDeviceThatWasSilentForTooLongIsOnlineSinceItIsBack() throws Exception {
        long second = 1_000_000;
        long before = NOW - 1_000 * second;
        database.execute(
                "INSERT INTO devices (tenant_id, device_id, label, device_type) VALUES ('acme', 'd', '', 'smart_meter')");
        upsertPresence(status(before, before, 1, true));
        upsertPresence(status(before + 30 * second, before + 1, 1, true));
        assertThat(since()).as("the patience for its type").isEqualTo(before);
        upsertPresence(status(before + 60 * second + 1, before + 2, 1, true));
        assertThat(since()).as("a microsecond is too long").isEqualTo(before + 60 * second + 1);
        database.execute("DELETE FROM devices");
        upsertPresence(status(before + 72 * second, before + 3, 1, true));
        assertThat(since()).as("the patience for all others").isEqualTo(before + 72 * second);
    }

    @Test
    void aStateBeginsNeitherAnewNorInTheFutureBecauseTheClockOfTheReceiptIsFast() throws Exception {
        long hour = 3_600_000_000L;
        upsertPresence(status(NOW + hour, NOW, 1, true));
        Object first = since();
        assertThat((long) first).as("its first message").isLessThanOrEqualTo(micros(Instant.now()));
        upsertPresence(status(NOW + 2 * hour, NOW + 1, 1, true));
        assertThat(since()).as("still online").isEqualTo(first);
        upsertPresence(status(NOW + 2 * hour, NOW + 2, 1, false));
        assertThat((long) since()).as("gone").isLessThanOrEqualTo(micros(Instant.now()));
    }

    @Test
    void aDeviceThatWasGoneForAMomentOfABatchIsOnlineSinceItIsBack() throws Exception {
        upsertPresence(status(NOW, NOW, 1, true));
        upsertPresence(with(status(NOW + 9, NOW + 9, 1, true), "firstHeard", new long[] {NOW + 5}));
        assertThat(since()).isEqualTo(NOW + 9);
    }

    private void upsertPresence(long time) throws Exception {
        upsertPresence(presence(time));
    }

    private void upsertPresence(Map<String, Object> batch) throws Exception {
        database.update("upsert-presence.sql", batch);
    }

    private Object online() throws SQLException {
        return database.rows("SELECT online FROM presence").get(0).get("online");
    }

    private Object since() throws SQLException {
        return database.rows("SELECT (extract(epoch FROM since) * 1000000)::bigint AS micros FROM presence")
                .get(0)
                .get("micros");
    }

    private Object lastSeen() throws SQLException {
        return database.rows("SELECT (extract(epoch FROM last_seen) * 1000000)::bigint AS micros FROM presence")
                .get(0)
                .get("micros");
    }
}
