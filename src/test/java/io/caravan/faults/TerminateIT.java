package io.caravan.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A clean end under load leaves nothing half done: what was taken in is finished and committed, the rest is not begun. */
@Tag("faults")
class TerminateIT {

    private static final int ENDS = 3;
    /** What is promised, by the application's own clock: this machine may have more to do than to start and reap processes. */
    private static final Duration LONGEST_END = Duration.ofSeconds(15);

    private static final Pattern ENDED = Pattern.compile("Ended within (\\d+) ms");
    private static final int REFUSED = 3;

    @Test
    void afterACleanEndNothingIsDoneAgain() throws Exception {
        try (World world = World.start("term-")) {
            // as in the demo: the client has to leave a broker that sends more, and what was under way comes twice
            World.Instance caravan = world.ready(Map.of("caravan.mqtt.receive-maximum", "65535"));
            Duration longest = Duration.ZERO;
            StringBuilder said = new StringBuilder();
            try (Load load = world.load(Options.seed(), Options.rate());
                    Asking asking = new Asking(caravan)) {
                for (int end = 0; end < ENDS; end++) {
                    world.awaitMoreStored(2L * Options.rate());
                    Duration took = end(caravan);
                    longest = took.compareTo(longest) > 0 ? took : longest;
                    said.append(caravan.process().output());
                    caravan.kill();
                    requireNothingHalfDone(world);
                    caravan.start();
                    caravan.awaitReady();
                }
                world.awaitMoreStored(Options.rate());
                load.stop();
                assertThat(asking.answers())
                        .as("what is answered to events over HTTP: 400 as they deserve, or to come again")
                        .contains(400)
                        .allMatch(status -> status == 400 || status >= 500);
            }
            world.requireNothingWrong();
            requireNothingHalfDone(world);
            assertThat(world.kafka().records("iot.raw"))
                    .as("messages taken in, each once; the application said:\n%s", said)
                    .isEqualTo(world.journal().acknowledgements());
            world.tell(
                    "%d times SIGTERM: ended within %.1f s, of %d messages none was done again",
                    ENDS, longest.toMillis() / 1000.0, world.kafka().records("iot.raw"));
        }
    }

    @Test
    void aServerThatDoesNotAnswerDoesNotKeepItFromItsEnd() throws Exception {
        try (World world = World.start("mute-")) {
            World.Instance caravan = world.ready(Map.of());
            StringBuilder ends = new StringBuilder();
            int refused = 0;
            try (Load load = world.load(Options.seed(), Options.rate())) {
                for (Server.Kind kind : Server.Kind.values()) {
                    world.awaitMoreStored(2L * Options.rate());
                    world.server(kind).freeze();
                    Thread.sleep(2_000);
                    for (int request = 0; request < REFUSED; request++) {
                        assertThat(caravan.api().put("/api/limits", "{").statusCode())
                                .isEqualTo(400);
                    }
                    Duration took = end(caravan);
                    if (kind == Server.Kind.POSTGRES) {
                        assertThat(caravan.process().output()).contains("rows of the audit log are lost");
                    } else {
                        refused += REFUSED;
                        assertThat(world.rows().count("SELECT sum(times) FROM audit_log WHERE status = 400"))
                                .as("notes of requests that were refused while %s did not answer", kind)
                                .isEqualTo(refused);
                    }
                    ends.append(String.format(Locale.ROOT, " %s %.1f s", kind, took.toMillis() / 1000.0));
                    caravan.kill();
                    world.server(kind).thaw();
                    caravan.start();
                    caravan.awaitReady();
                }
                world.awaitMoreStored(Options.rate());
                load.stop();
            }
            world.requireNothingWrong();
            world.tell(
                    "SIGTERM while a server did not answer: ended within%s, all of %d messages right",
                    ends, world.journal().messages().size());
        }
    }

    /** Somebody who sends an event over HTTP that cannot be taken, all the time. */
    private static final class Asking implements AutoCloseable {

        private static final long BETWEEN_MILLIS = 5;

        private final Set<Integer> answers = ConcurrentHashMap.newKeySet();
        private final Thread thread;
        private volatile boolean stopped;

        Asking(World.Instance caravan) {
            thread = new Thread(() -> ask(caravan), "asking");
            thread.start();
        }

        private void ask(World.Instance caravan) {
            try {
                while (!stopped) {
                    askOnce(caravan);
                    Thread.sleep(BETWEEN_MILLIS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void askOnce(World.Instance caravan) throws InterruptedException {
            try {
                answers.add(caravan.api().post("/api/ingest", "{}").statusCode());
            } catch (IOException e) {
                // it is away
            }
        }

        Set<Integer> answers() {
            return answers;
        }

        @Override
        public void close() throws InterruptedException {
            stopped = true;
            thread.join();
        }
    }

    /** As {@code kill}; how long the application has taken. */
    private static Duration end(World.Instance caravan) throws Exception {
        caravan.process().terminate();
        assertThat(caravan.process().exitCode()).isIn(0, 143);
        String said = caravan.process().output();
        Matcher ended = ENDED.matcher(said);
        assertThat(ended.find()).as(said).isTrue();
        Duration took = Duration.ofMillis(Long.parseLong(ended.group(1)));
        assertThat(took).as(said).isLessThan(LONGEST_END);
        return took;
    }

    /** What a stage has written is what it has read and committed. */
    private static void requireNothingHalfDone(World world) throws Exception {
        assertThat(world.kafka().records("iot.enriched") + world.kafka().records("iot.dlq"))
                .as("messages that enrich has passed on, of those that it has committed")
                .isEqualTo(world.kafka().read("caravan-enrich", "iot.raw"));
        assertThat(world.rows().count("SELECT sum(next) FROM ledger_positions WHERE topic = 'iot.enriched'"))
                .as("messages that are stored, of those that the store has committed")
                .isEqualTo(world.kafka().read("caravan-store", "iot.enriched"));
        assertThat(world.rows().count("SELECT coalesce(sum(attempts), 0) FROM dead_letters"))
                .as("dead letters that are stored, of those that are committed")
                .isEqualTo(world.kafka().read("caravan-dead-letters", "iot.dlq"));
    }
}
