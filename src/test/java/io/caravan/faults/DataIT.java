package io.caravan.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravan.faults.Message.Event;
import io.caravan.faults.Message.Reading;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What devices do to data: duplicates, nonsense, wrong clocks; and what the database does not take. */
class DataIT {

    private static final String PREFIX = "data-";

    private static final Duration PROBED = Duration.ofSeconds(4);

    private static World world;
    private Publisher publisher;

    @BeforeAll
    static void start() throws IOException {
        world = World.start(PREFIX);
        world.ready(Map.of("caravan.dialect.iot.zone", "Europe/Berlin", "caravan.window.widths", "1s,2s"));
    }

    @AfterAll
    static void stop() throws IOException {
        if (world != null) {
            world.close();
        }
    }

    @BeforeEach
    void connect() {
        publisher = world.publisher();
    }

    @AfterEach
    void disconnect() {
        publisher.close();
    }

    @Test
    void aThousandReadingsOfOneMillisecondAreAThousandRowsAndOneSentAThousandTimesIsOne() throws Exception {
        long now = System.currentTimeMillis();
        Message again = Message.voltage(PREFIX + "again", Long.toString(now), now * 1000, 120);
        for (int i = 0; i < 1_000; i++) {
            publisher.publish(Message.voltage(PREFIX + "burst", Long.toString(now), now * 1000, i));
            publisher.publish(numbered(now, i));
            publisher.publish(again);
        }

        requireNothingWrong();
        assertThat(readings("burst")).isEqualTo(1_000);
        assertThat(readings("numbered")).isEqualTo(1_000);
        assertThat(readings("again")).isEqualTo(1);
    }

    /** The value is always the same; the device's own number tells the readings apart. */
    private static Message numbered(long millis, int number) {
        return Message.good(
                "building/room1/data",
                "{\"deviceId\":\"data-numbered\",\"timestamp\":" + millis + ",\"sequence\":" + number + ",\"co2\":400}",
                List.of(new Reading("data-numbered", "co2", millis * 1000, 400)));
    }

    @Test
    void whatIsLateOrAheadIsInItsWindowAndOlderNeverReplacesNewer() throws Exception {
        long now = System.currentTimeMillis();
        List<Message> messages = new ArrayList<>();
        for (Duration late : List.of(
                Duration.ofMinutes(-9).minusSeconds(30),
                Duration.ZERO,
                Duration.ofSeconds(3),
                Duration.ofMinutes(5),
                Duration.ofHours(30),
                Duration.ofDays(3),
                Duration.ofDays(400),
                Duration.ofDays(19_000))) {
            long millis = now - late.toMillis();
            messages.add(Message.breaker(PREFIX + "late", millis, late.toSeconds(), 1));
            messages.add(Message.building(PREFIX + "late-too", millis, late.toSeconds(), 1));
        }
        Collections.shuffle(messages, new Random(8));
        for (Message message : messages) {
            publisher.publish(message);
            publisher.awaitAcknowledged();
        }
        // a clock nine minutes ahead makes none of its neighbours late
        for (int i = 0; i < 100; i++) {
            long millis = System.currentTimeMillis();
            publisher.publish(Message.breaker(PREFIX + "ahead", millis + 540_000, i, i));
            publisher.publish(Message.breaker(PREFIX + "beside", millis, i, i));
        }
        requireNothingWrong();
    }

    @Test
    void anOlderMessageTakesNoDeviceBackOnline() throws Exception {
        String device = PREFIX + "offline";
        long now = System.currentTimeMillis();
        String offline = "{\"timestamp\":" + now + ",\"status\":{\"online\":false}}";
        publisher.publish(Message.event(
                "iot/" + device + "/status", offline, new Event(device, "status", now * 1000, offline), List.of()));
        publisher.awaitAcknowledged();
        await().until(() -> !world.rows()
                .list("SELECT device_id FROM presence WHERE device_id = '" + device + "'")
                .isEmpty());
        publisher.publish(Message.breaker(device, now - 60_000, 120, 121));

        requireNothingWrong();
        assertThat(world.rows().list("SELECT online FROM presence WHERE device_id = '" + device + "'"))
                .containsExactly("f");
    }

    @Test
    void aShuffledHourGivesTheWindowsOfTheSortedOne() throws Exception {
        Random random = new Random(88);
        long end = System.currentTimeMillis();
        List<Message> sorted = new ArrayList<>();
        List<Message> shuffled = new ArrayList<>();
        for (long millis = end - 3_600_000; millis < end; millis += 900) {
            double value = random.nextGaussian() * 1e3;
            sorted.add(Message.voltage(PREFIX + "sorted", Long.toString(millis), millis * 1000, value));
            shuffled.add(Message.voltage(PREFIX + "shuffled", Long.toString(millis), millis * 1000, value));
        }
        Collections.shuffle(shuffled, random);
        for (int i = 0; i < sorted.size(); i++) {
            publisher.publish(sorted.get(i));
            publisher.publish(shuffled.get(i));
        }
        requireNothingWrong();
        awaitSettled(end);
        requireNothingWrong();
        assertThat(windows("shuffled")).hasSizeGreaterThan(1_000).isEqualTo(windows("sorted"));
    }

    private static List<String> windows(String device) throws Exception {
        return world.rows()
                .list("SELECT format('%s %s: %s %s %s %s %s %s', width, start, count, min, max, first, last,"
                        + " round(avg::numeric, 6)) FROM windows WHERE device_id = '" + PREFIX + device
                        + "' ORDER BY width, start");
    }

    @Test
    void theLastWindowOfADeviceThatFallsSilentIsSettled() throws Exception {
        long now = System.currentTimeMillis();
        publisher.publish(Message.voltage(PREFIX + "silent", Long.toString(now), now * 1000, 120));

        // it may be stored after its windows were settled, and is put into them then
        world.awaitUntil(() -> world.rows()
                .list("SELECT width || ' ' || count FROM windows WHERE device_id = 'data-silent' ORDER BY width")
                .equals(List.of("1 1", "2 1")));
        requireNothingWrong();
    }

    @Test
    void leapDaysTheEndsOfTimeAndTheClocksOfSummerAreWhatTheyAre() throws Exception {
        String device = PREFIX + "calendar";
        String[][] times = {
            {"2024-02-29T23:59:59.999999Z", "2024-02-29T23:59:59.999999Z"},
            {"2024-03-01T00:00:00Z", "2024-03-01T00:00:00Z"},
            {"2000-02-29 12:00:00+00:00", "2000-02-29T12:00:00Z"},
            {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
            {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
            {"1970-01-01T01:00:00", "1970-01-01T00:00:00Z"}, // in Berlin
            {"1970-01-01T00:00:00.000001Z", "1970-01-01T00:00:00.000001Z"},
            {"2026-03-29T01:59:59", "2026-03-29T00:59:59Z"},
            {"2026-03-29T02:30:00", "2026-03-29T01:30:00Z"
            }, // no clock shows it: as if the clock had not been put forward
            {"2026-03-29T03:00:00", "2026-03-29T01:00:00Z"},
            {"2026-10-25T02:30:00", "2026-10-25T00:30:00Z"}, // clocks show it twice: the first time
            {"2026-10-25T03:00:00", "2026-10-25T02:00:00Z"},
        };
        for (int i = 0; i < times.length; i++) {
            publisher.publish(Message.voltage(device, '"' + times[i][0] + '"', micros(times[i][1]), i));
        }
        publisher.publish(Message.voltage(device, "0", 0, 100));
        publisher.publish(Message.voltage(device, "100000000000", 100_000_000_000_000L, 101)); // the least in ms
        publisher.publish(Message.voltage(device, "100000000000000", 100_000_000_000_000L, 102)); // the least in us
        for (String none : List.of("2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "1970-01-01T00:59:59")) {
            publisher.publish(Message.bad(
                    "iot/" + device + "/raw",
                    "{\"timestamp\":\"" + none + "\",\"measurements\":{\"voltage\":1}}",
                    "invalid-timestamp"));
        }
        requireNothingWrong();
    }

    private static long micros(String time) {
        Instant instant = Instant.parse(time);
        return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
    }

    @Test
    void whatIsBrokenOrHostileIsADeadLetterOrStoredAndDelaysNoNeighbour() throws Exception {
        List<Message> poison = Poison.all(PREFIX, System.currentTimeMillis(), 7);
        Collections.shuffle(poison, new Random(7));
        try (Probe probe = new Probe(world, PREFIX + "probe")) {
            probe.run(PROBED); // warms up
            String alone = probe.run(PROBED);
            Thread beside = new Thread(() -> publishEvenly(poison), "poison");
            beside.start();
            String besidePoison = probe.run(PROBED);
            beside.join();
            System.out.println(
                    "Good messages alone: " + alone + "; beside " + poison.size() + " bad ones: " + besidePoison);
        }
        requireNothingWrong();
    }

    private void publishEvenly(List<Message> messages) {
        long distanceMillis = PROBED.toMillis() / messages.size();
        try {
            for (Message message : messages) {
                publisher.publish(message);
                Thread.sleep(distanceMillis);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aRowThatTheDatabaseRefusesCostsNoneOfItsNeighbours() throws Exception {
        world.rows().execute("ALTER TABLE readings ADD CONSTRAINT no_curse CHECK (device_id <> 'data-cursed-0')");
        world.rows()
                .execute(
                        """
                        CREATE FUNCTION curse() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN
                            CASE NEW.device_id
                                WHEN 'data-cursed-1' THEN RAISE 'cursed' USING ERRCODE = '22023';
                                WHEN 'data-cursed-2' THEN RAISE 'cursed' USING ERRCODE = '23514';
                                WHEN 'data-cursed-3' THEN RAISE 'cursed';
                                ELSE RETURN NEW;
                            END CASE;
                        END
                        $$""");
        world.rows().execute("CREATE TRIGGER curse BEFORE INSERT ON readings FOR EACH ROW EXECUTE FUNCTION curse()");
        try {
            long now = System.currentTimeMillis();
            for (int i = 0; i < 400; i++) {
                publisher.publish(Message.breaker(PREFIX + "blessed-" + i % 7, now + i, i, i));
                if (i % 20 == 0) {
                    publisher.publish(Message.breaker(PREFIX + "cursed-" + i / 20 % 4, now + i, i, i)
                            .refused());
                }
            }
            requireNothingWrong();
        } finally {
            world.rows().execute("DROP TRIGGER curse ON readings");
            world.rows().execute("DROP FUNCTION curse");
            world.rows().execute("ALTER TABLE readings DROP CONSTRAINT no_curse");
        }
    }

    private static long readings(String device) throws Exception {
        return world.rows().count("SELECT count(*) FROM readings WHERE device_id = '" + PREFIX + device + "'");
    }

    private static void awaitSettled(long millis) {
        await().until(() -> world.rows()
                        .count("SELECT count(*) FROM window_widths WHERE settled_until > to_timestamp(" + millis / 1000
                                + ")")
                == 2);
    }

    private void requireNothingWrong() throws InterruptedException {
        publisher.awaitAcknowledged();
        world.requireNothingWrong();
    }
}
