package io.caravan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What comes again, from the devices or from Kafka, changes nothing. */
@Tag("faults")
class RedeliveryIT {

    private static final int MESSAGES = 4_000;

    private static final String READINGS =
            """
            SELECT format('%s %s %s %s %s %s %s', device_id, metric, ts, seq, value, unit, quality)
            FROM readings ORDER BY device_id, metric, ts, seq""";

    private static final String WINDOWS =
            """
            SELECT format('%s %s %s %s %s %s %s %s %s %s %s %s',
                device_id, metric, width, start, count, sum, avg, min, max, stddev, first, last)
            FROM windows ORDER BY device_id, metric, width, start""";

    @Test
    void messagesThatComeAgainChangeNothing() throws Exception {
        try (World world = World.start("again-")) {
            World.Instance caravan = world.ready(Map.of());
            try (RepeatingPublisher device = new RepeatingPublisher(world.mqttUrl(), world.journal())) {
                device.publishTwice(messages(world.prefix()));
            }
            world.requireNothingWrong();
            assertThat(world.kafka().records("iot.raw"))
                    .as("each message came twice")
                    .isGreaterThanOrEqualTo(2L * MESSAGES);
            List<String> readings = world.rows().list(READINGS);
            List<String> windows = world.rows().list(WINDOWS);
            long deadLetters = world.rows().count("SELECT count(*) FROM dead_letters");

            long raw = world.kafka().records("iot.raw");
            long enriched = world.kafka().records("iot.enriched");
            caravan.process().terminate();
            assertThat(caravan.process().exitCode()).isIn(0, 143);
            caravan.kill();
            world.kafka().readAgain("caravan-enrich", "iot.raw");
            caravan.start();
            caravan.awaitReady();
            world.awaitUntil(() -> world.kafka().read("caravan-enrich", "iot.raw") == raw
                    && world.kafka().records("iot.enriched") == 2 * enriched
                    && world.kafka().lag() == 0);

            assertThat(world.rows().list(READINGS)).isEqualTo(readings);
            assertThat(world.rows().list(WINDOWS)).isEqualTo(windows);
            assertThat(world.rows().count("SELECT count(*) FROM dead_letters")).isEqualTo(deadLetters);
            world.requireNothingWrong();
            world.tell(
                    "%d messages sent twice with DUP, and all of iot.raw (%d records) read again:"
                            + " %d readings and %d windows the same",
                    MESSAGES, raw, readings.size(), windows.size());
        }
    }

    /** In windows that are over, in those that are open, and in those of an hour ago. */
    private static List<Message> messages(String prefix) {
        Random random = new Random(Options.seed());
        long now = System.currentTimeMillis();
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            String device = prefix + i % 10;
            long time = now - random.nextInt(i % 10 == 0 ? 3_600_000 : 20_000);
            messages.add(
                    i % 50 == 0
                            ? Message.bad("iot/" + device + "/raw", "{broken " + i, "malformed-json")
                            : i % 2 == 0
                                    ? Message.building(device, time, i / 7.0, random.nextGaussian())
                                    : Message.breaker(device, time, i / 3.0, random.nextGaussian() * 1e6));
        }
        return messages;
    }
}
