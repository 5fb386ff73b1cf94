package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.decode.PayloadHash;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.Patience;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.junit.jupiter.api.Test;

class NewestTest {

    private final Newest newest = new Newest(
            new Patience(new DeviceRegistry(Path.of("config", "device-registry.json")), Duration.ofSeconds(7)),
            new SimpleMeterRegistry());

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
    void theNewestOfAPackIsThatOfItsOwnTimes() {
        String old = Messages.reading("a", "1").replace("}", ",\"timestamp\":\"2026-11-21T09:00:00Z\"}");
        String newer = Messages.reading("a", "2").replace("}", ",\"timestamp\":\"2026-11-21T09:59:59.999999Z\"}");
        Exchange exchange = Messages.batch(
                Messages.enriched("2026-11-21T10:00:00Z", 1, newer + ',' + Messages.reading("b", "3") + ',' + old));
        newest.reduce(exchange);
        newest.latest(exchange);

        Map<String, Object> latest = Messages.parameters(exchange);
        assertThat((String[]) latest.get("metrics")).containsExactly("a", "b");
        assertThat((double[]) latest.get("values")).containsExactly(2, 3);
        assertThat((long[]) latest.get("timestamps")).containsExactly(1_795_255_199_999_999L, 1_795_255_200_000_000L);
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
        assertThat((long[]) presence.get("lastHeard")).containsExactly(1_795_255_201_000_000L);
        assertThat((Boolean[]) presence.get("online")).containsExactly(true);
        assertThat((String[]) presence.get("types")).startsWith("unknown").contains("smart_meter");
        assertThat((long[]) presence.get("silences")).startsWith(21_000).contains(180_000);
    }

    @Test
    void theNewestMessageTellsWhetherADeviceIsOnlineWhateverTheOrder() {
        assertThat(online(status("10:00:05", 1, false), status("10:00:04", 9, true)))
                .containsExactly(false, 1L, 1L, 2L);
        assertThat(online(status("10:00:04", 9, true), status("10:00:05", 1, false)))
                .containsExactly(false, 2L, 1L, 2L);
        assertThat(online(status("10:00:05", 2, false), status("10:00:05", 1, true)))
                .as("of one moment, by sequence")
                .containsExactly(false, 1L, 1L, 2L);
    }

    @Test
    void aStateBeganWithTheFirstMessageOfItsKind() {
        assertThat(online(
                        status("10:00:01", 1, true),
                        status("10:00:02", 1, false),
                        status("10:00:03", 1, true),
                        status("10:00:04", 1, true)))
                .containsExactly(true, 3L, 1L, 4L);
    }

    /** Whether the device is online, and the times of receipt of the change, of the first and of the last message. */
    private List<Object> online(String... messages) {
        Message[] batch = new Message[messages.length];
        for (int i = 0; i < batch.length; i++) {
            batch[i] = Messages.message(messages[i].formatted(i + 1));
        }
        Exchange exchange = Messages.batch(batch);
        newest.reduce(exchange);
        newest.presence(exchange);
        Map<String, Object> columns = Messages.parameters(exchange);
        long second = 1_000_000;
        long start = 1_795_255_200L;
        return List.of(
                ((Boolean[]) columns.get("online"))[0],
                ((long[]) columns.get("changed"))[0] / second - start,
                ((long[]) columns.get("firstHeard"))[0] / second - start,
                ((long[]) columns.get("lastHeard"))[0] / second - start);
    }

    /** A message of a time of its own, without its time of receipt, which is seconds after ten o'clock. */
    private static String status(String time, long sequence, boolean online) {
        return """
                {"tenant_id":"acme","device_id":"d1","event_type":"status","timestamp":"2026-11-21T%sZ","sequence":%d,\
                "received_at":"2026-11-21T10:00:0%%dZ","online":%s,"body":{},"readings":[]}"""
                .formatted(time, sequence, online);
    }
}
