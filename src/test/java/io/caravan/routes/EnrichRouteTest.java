package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.decode.Decoded;
import io.caravan.decode.Decoder;
import io.caravan.decode.JsonDecoder;
import io.caravan.decode.JsonDialect;
import io.caravan.decode.Parts;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Undecodable;
import io.caravan.enrich.DecodeBatch;
import io.caravan.enrich.Directory;
import io.caravan.enrich.Enricher;
import io.caravan.enrich.Outbox;
import io.caravan.enrich.Ownership;
import io.caravan.enrich.Provisioning;
import io.caravan.enrich.Quota;
import io.caravan.enrich.RegisteredApplications;
import io.caravan.kafka.RecordHeaders;
import io.caravan.ledger.CommittedLedger;
import io.caravan.limits.Limits;
import io.caravan.limits.MessageLimits;
import io.caravan.limits.TenantLimits;
import io.caravan.registry.DeviceRegistry;
import io.caravan.sparkplug.Certificates;
import io.caravan.sparkplug.Rebirths;
import io.caravan.sparkplug.Sessions;
import io.caravan.sparkplug.SparkplugDecoder;
import io.caravan.sparkplug.Tahu;
import io.caravan.store.Refused;
import io.caravan.tenant.TopicOwners;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.eclipse.tahu.message.model.MetricDataType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** routes/enrich.camel.yaml, routes/enrich-directory.camel.yaml and routes/enrich-sparkplug.camel.yaml. */
class EnrichRouteTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String RAW = "iot.raw";

    @TempDir
    private Path folder;

    private Path registryFile;
    private List<String> parts = List.of();
    private StageRoutes routes;
    private Directory directory;
    private TenantLimits limits;
    private final MeterRegistry meters = new SimpleMeterRegistry();

    /** What Kafka has taken; the mock itself would keep what a failed attempt handed in as well. */
    private final List<Message> sent = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws Exception {
        Path schema = Path.of("config/device-registry.schema.json");
        Files.copy(schema, folder.resolve(schema.getFileName()));
        registryFile = Files.copy(Path.of("config/device-registry.json"), folder.resolve("device-registry.json"));
        DeviceRegistry registry = new DeviceRegistry(registryFile);
        directory = new Directory();
        RegisteredApplications applications = new RegisteredApplications();
        applications.take(List.of());
        Outbox outbox = new Outbox("iot.enriched", meters);
        Decoder json = new Several();
        Map<String, Object> beans = new HashMap<>();
        beans.put("deviceRegistry", registry);
        beans.put("directory", directory);
        TopicOwners owners = new TopicOwners();
        beans.put("topicOwners", owners);
        beans.put("topicChanges", new AtDueTime());
        Sessions sessions = new Sessions();
        Rebirths rebirths =
                new Rebirths("iot.commands", Duration.ofSeconds(10), Duration.ofSeconds(2), new SimpleMeterRegistry());
        SparkplugDecoder sparkplug = new SparkplugDecoder(sessions, rebirths);
        beans.put("certificates", new Certificates(sessions));
        beans.put("rebirths", rebirths);
        beans.put(
                "decodeBatch",
                new DecodeBatch(
                        Map.of("iot", json, "sparkplug", sparkplug)::get,
                        new Ownership(directory, owners, true, false),
                        applications));
        limits = new TenantLimits(new Limits(1_000_000, 3, null));
        beans.put("tenantLimits", limits);
        beans.put("quota", new Quota(new MessageLimits(limits, meters)));
        beans.put("provisioning", new Provisioning(directory, registry, true, 3));
        beans.put("refused", new Refused(origin -> Optional.empty(), new SimpleMeterRegistry()));
        beans.put("enricher", (Processor) new Enricher(registry, applications, 1_000_000)::enrich);
        beans.put("refusedToDeadLetter", (Processor) outbox::refused);
        beans.put("openOutbox", (Processor) outbox::open);
        beans.put("addToOutbox", (Processor) outbox::add);
        beans.put("enrichLedger", new CommittedLedger());
        beans.put("closeOutbox", (Processor) outbox::close);
        routes = new StageRoutes(
                beans,
                "enrich",
                "enrich-directory",
                "enrich-limits",
                "enrich-sparkplug",
                "enrich-topic-owners",
                "registry");
        routes.kafka("iot.enriched").whenAnyExchangeReceived(this::take);
        answerWith(List.of(device("b1")));
        routes.run("refresh-directory", List.of());
        answerWith(List.of(limit("default", null)));
        routes.run("refresh-message-limits", List.of());
        answerWith(List.of(Map.of("prefix", "building/room1", "tenant_id", "acme")));
        assertThat(routes.run("refresh-topic-owners", List.of()).getException()).isNull();
        assertThat(owners.ownerOf("building/room1/data")).isEqualTo("acme");
    }

    /** Says that something is to be read, as what listens to the database does. */
    public static final class AtDueTime {
        public boolean isDue() {
            return true;
        }

        public void read() {}
    }

    @AfterEach
    void stop() {
        routes.close();
    }

    @Test
    void aMessageGoesToTheGeneralTopicAndToThatOfItsTypeUnderItsKey() throws Exception {
        routes.run("enrich", List.of(raw(0, "b1", "{\"measurements\":{\"voltage\":120}}")));

        assertThat(sent)
                .extracting(EnrichRouteTest::topic, this::key)
                .containsExactly(
                        tuple("iot.enriched", "default/b1"), tuple("iot.smart_breaker.enriched", "default/b1"));
        assertThat(sent).allSatisfy(message -> {
            assertThat(MAPPER.readTree((byte[]) message.getBody())
                            .at("/readings/0/value")
                            .doubleValue())
                    .isEqualTo(120);
            assertThat(message.getHeader("origin")).isEqualTo("iot.raw/0/0");
            assertThat(message.getHeader("mqtt-topic")).isEqualTo("iot/b1/raw".getBytes(StandardCharsets.UTF_8));
            assertThat(message.getHeaders()).doesNotContainKeys("topics", KafkaConstants.MANUAL_COMMIT, "reason");
        });
    }

    @Test
    void whatIsSeveralMessagesGoesBackAsSeveralAndCountsAsThose() {
        parts = List.of("{\"measurements\":{\"voltage\":1}}", "{broken");
        Exchange several = raw(0, "b1", "several");
        several.getMessage().setHeader("parts", "a stranger's");
        several.getMessage().setHeader("replay-of", "17/1");
        several.getMessage().setHeader("content-type", "application/json");
        Exchange one = raw(0, "b1", "{\"measurements\":{\"voltage\":120}}");
        one.getMessage().setHeader("parts", "a stranger's");
        routes.run("enrich", List.of(several, one, raw(0, "b1", "{broken")));

        assertThat(sent)
                .extracting(EnrichRouteTest::topic)
                .containsExactly(RAW, RAW, "iot.enriched", "iot.smart_breaker.enriched", "iot.dlq");
        assertThat(sent.subList(0, 2)).allSatisfy(part -> {
            assertThat(part.getHeader(KafkaConstants.KEY)).isEqualTo("default/b1");
            assertThat(part.getHeader("received-at"))
                    .isEqualTo(several.getMessage().getHeader("received-at"));
            assertThat(part.getHeader("replay-of")).isEqualTo("17/1");
            assertThat(part.getHeader("content-type")).isEqualTo("application/json");
            assertThat(part.getHeaders()).doesNotContainKeys("parts", "topics", "reason", "origin");
        });
        assertThat(sent.subList(0, 2))
                .extracting(part -> part.getHeaders().get("part"), part -> part.getHeader("part"))
                .containsExactly(tuple("iot.raw/0/0/1", "iot.raw/0/0/1"), tuple("iot.raw/0/0/2", "iot.raw/0/0/2"));
        assertThat(sent.subList(0, 2))
                .extracting(part -> new String((byte[]) part.getBody(), StandardCharsets.UTF_8))
                .isEqualTo(parts);
        assertThat(routes.metadata(RAW, 0))
                .as("the one that held them is not counted, they are when they come")
                .isEqualTo("{\"first\":0,\"next\":3,\"gaps\":1,\"lost\":0,\"forwarded\":1,\"dead_lettered\":1}");
    }

    @Test
    void whatItsDialectIgnoresGoesNowhereAndIsCountedAndAReplayOfItTellsItsDeadLetter() {
        String keepalive = "{\"keepalive\":true,\"measurements\":{\"none\":null}}";
        Exchange stranger = raw(0, "b1", "{\"keepalive\":true,\"measurements\":{}}");
        stranger.getMessage().setHeader("topics", "iot.enriched");
        Exchange second = raw(0, "b1", keepalive);
        Exchange dead = raw(0, "b1", keepalive.replace("keepalive", "alive"));
        Exchange replay = raw(0, "b1", keepalive);
        replay.getMessage().setHeader("replay-of", "17/1".getBytes(StandardCharsets.UTF_8));
        routes.run("enrich", List.of(stranger, second, dead, replay));

        assertThat(sent).extracting(EnrichRouteTest::topic).containsExactly("iot.dlq", "iot.dlq");
        assertThat(sent)
                .extracting(letter -> letter.getHeader("reason"), letter -> letter.getHeader("replay-of"))
                .containsExactly(
                        tuple("empty-message", null), tuple("ignored", "17/1".getBytes(StandardCharsets.UTF_8)));
        assertThat(routes.metadata(RAW, 0))
                .isEqualTo(
                        "{\"first\":0,\"next\":4,\"gaps\":0,\"lost\":0,\"forwarded\":0,\"dead_lettered\":1,\"ignored\":3}");
        assertThat(meters.counter("caravan.ignored", "dialect", "iot").count()).isEqualTo(3);
    }

    /** Reads JSON, takes the payload {@code several} for several, and ignores what is a {@code keepalive} and has no value. */
    private final class Several implements Decoder {

        private final Decoder json = new JsonDecoder(JsonDialect.flexible(java.time.ZoneOffset.UTC));

        @Override
        public Parts parts(RawMessage raw) {
            return new String(raw.payload(), StandardCharsets.UTF_8).equals("several")
                    ? new Parts(
                            parts.stream()
                                    .map(part -> part.getBytes(StandardCharsets.UTF_8))
                                    .toList(),
                            1)
                    : Parts.NONE;
        }

        @Override
        public boolean ignoresEmpty(RawMessage raw) {
            return new String(raw.payload(), StandardCharsets.UTF_8).contains("keepalive");
        }

        @Override
        public Decoded decode(RawMessage raw) throws Undecodable {
            return json.decode(raw);
        }
    }

    @Test
    void poisonGoesToTheDeadLettersWithItsBytesAndItsNeighboursGoOn() {
        routes.run(
                "enrich",
                List.of(
                        raw(0, "b1", "{\"measurements\":{\"voltage\":120}}"),
                        raw(0, "b1", "{broken"),
                        raw(1, "b1", "{\"measurements\":{\"voltage\":121}}")));

        assertThat(sent)
                .extracting(EnrichRouteTest::topic)
                .containsExactly(
                        "iot.enriched",
                        "iot.smart_breaker.enriched",
                        "iot.dlq",
                        "iot.enriched",
                        "iot.smart_breaker.enriched");
        Message letter = sent.get(2);
        assertThat((byte[]) letter.getBody()).asString().isEqualTo("{broken");
        assertThat(letter.getHeader("reason")).isEqualTo("malformed-json");
        assertThat(letter.getHeader("stage")).isEqualTo("enrich");
        assertThat(letter.getHeader("origin")).isEqualTo("iot.raw/0/1");
        assertThat(routes.committed(RAW, 0)).isEqualTo(2);
        assertThat(routes.committed(RAW, 1)).isEqualTo(1);
    }

    @Test
    void aDeadLetterKeepsTheHeadersItCameWithAndSaysBesideThemWhoseItIs() {
        Exchange ahead =
                raw(0, "b1", "{\"device_id\":\"b1\",\"timestamp\":4000000000,\"measurements\":{\"voltage\":1}}");
        ahead.getMessage().removeHeader("device");
        ahead.getMessage().removeHeader("tenant");

        routes.run("enrich", List.of(ahead));

        assertThat(sent).singleElement().satisfies(letter -> {
            assertThat(letter.getHeader("reason")).isEqualTo("timestamp-in-future");
            assertThat(letter.getHeader("owner-tenant")).isEqualTo("default");
            assertThat(letter.getHeader("owner-device")).isEqualTo("b1");
            assertThat(letter.getHeaders()).doesNotContainKeys("tenant", "device");
        });
    }

    @Test
    void whatIsBeyondTheLimitOfItsTenantIsADeadLetterAndCountsOnceAndNobodyElseLosesAnything() throws Exception {
        answerWith(List.of(limit("default", 1_000), limit("acme", 0)));
        routes.run("refresh-message-limits", List.of());
        answerWith(List.of(device("b2", "acme")));
        routes.run("refresh-directory", List.of());
        Exchange blocked = raw(0, "b2", "{\"measurements\":{\"voltage\":1}}");
        blocked.getMessage().setHeader("tenant", "acme");
        Exchange neighbour = raw(0, "b1", "{\"measurements\":{\"voltage\":3}}");
        Exchange replayed = raw(0, "b2", "{\"measurements\":{\"voltage\":2}}");
        replayed.getMessage().setHeader("tenant", "acme");
        replayed.getMessage().setHeader("replay-of", "17/1");
        AtomicInteger attempts = new AtomicInteger();
        routes.kafka("iot.enriched").whenAnyExchangeReceived(exchange -> {
            if (attempts.incrementAndGet() < 3) {
                throw new TimeoutException("no answer");
            }
            take(exchange);
        });

        routes.run("enrich", List.of(blocked, neighbour, replayed));

        assertThat(sent)
                .filteredOn(message -> !topic(message).startsWith("iot.s"))
                .extracting(EnrichRouteTest::topic, message -> message.getHeader("reason"))
                .containsExactly(
                        tuple("iot.dlq", "over-quota"), tuple("iot.enriched", null), tuple("iot.enriched", null));
        assertThat(meters.get("caravan.limits.over.quota")
                        .tag("tenant", "acme")
                        .counter()
                        .count())
                .as("once, though the batch was tried three times")
                .isEqualTo(1);
    }

    @Test
    void rowsThatCannotBeUsedCountAgainstTheLimitOfTheirTopicAndKeepTheirReason() {
        answerWith(List.of(limit("default", 1)));
        assertThat(routes.run("refresh-message-limits", List.of()).getException())
                .isNull();
        List<Exchange> batch = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Exchange row = raw(0, "b1", "{broken");
            row.getMessage().setHeader("part", ("iot.raw/0/7/" + i).getBytes(StandardCharsets.UTF_8));
            batch.add(row);
        }
        batch.add(raw(0, "b1", "{broken"));
        batch.add(raw(0, "b1", "{\"measurements\":{\"voltage\":120}}"));
        String received = batch.get(0).getMessage().getHeader("received-at", String.class);
        batch.forEach(exchange -> exchange.getMessage().setHeader("received-at", received));

        routes.run("enrich", batch);

        assertThat(sent)
                .extracting(message -> message.getHeader("reason"))
                .startsWith("malformed-json")
                .endsWith("over-quota")
                .filteredOn("malformed-json"::equals)
                .hasSize(13);
        assertThat(sent.get(3).getHeader("part")).isEqualTo("iot.raw/0/7/3".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aReplaySaysOfWhatItIsOneWhateverItBecomes() {
        Exchange good = raw(0, "b1", "{\"measurements\":{\"voltage\":120}}");
        Exchange bad = raw(0, "b1", "{broken");
        good.getMessage().setHeader("replay-of", "17/1");
        bad.getMessage().setHeader("replay-of", "18/3");

        routes.run("enrich", List.of(good, bad));

        assertThat(sent)
                .extracting(EnrichRouteTest::topic, message -> message.getHeader("replay-of"))
                .containsExactly(
                        tuple("iot.enriched", "17/1"),
                        tuple("iot.smart_breaker.enriched", "17/1"),
                        tuple("iot.dlq", "18/3"));
    }

    @Test
    void offsetsAreCommittedAfterTheSendAndAFailedSendIsTriedAgainWithTheSameRecords() {
        AtomicInteger attempts = new AtomicInteger();
        routes.kafka("iot.enriched").whenAnyExchangeReceived(exchange -> {
            assertThat(routes.committed(RAW, 0)).isNull();
            if (attempts.incrementAndGet() < 3) {
                throw new TimeoutException("no answer");
            }
            take(exchange);
        });

        Exchange batch = routes.run(
                "enrich", List.of(raw(0, "b1", "{\"measurements\":{\"voltage\":120}}"), raw(0, "b1", "{broken")));

        assertThat(batch.getException()).isNull();
        assertThat(attempts).hasValue(3);
        assertThat(sent)
                .extracting(EnrichRouteTest::topic)
                .containsExactly("iot.enriched", "iot.smart_breaker.enriched", "iot.dlq");
        assertThat(routes.committed(RAW, 0)).isEqualTo(2);
    }

    @Test
    void aBatchOfAGroupThatHasMovedOnIsDroppedAtOnceForAnotherMemberReadsIt() {
        AtomicInteger attempts = new AtomicInteger();
        routes.kafka("iot.enriched").whenAnyExchangeReceived(exchange -> {
            attempts.incrementAndGet();
            throw new RebalanceInProgressException();
        });

        Exchange batch = routes.run("enrich", List.of(raw(0, "b1", "{broken")));

        assertThat(batch.getException()).isNull();
        assertThat(attempts).hasValue(1);
        assertThat(routes.committed(RAW, 0)).isNull();
    }

    @Test
    void theTotalsTravelWithTheOffsetsAndARetryCountsNothingTwice() {
        AtomicInteger attempts = new AtomicInteger();
        routes.kafka("iot.enriched").whenAnyExchangeReceived(exchange -> {
            if (attempts.incrementAndGet() == 2) {
                throw new TimeoutException("no answer");
            }
        });
        String good = "{\"measurements\":{\"voltage\":120}}";

        routes.run("enrich", List.of(raw(0, "b1", good), raw(0, "b1", "{broken"), raw(1, "b1", good)));
        routes.run("enrich", List.of(raw(0, "b1", good)));

        assertThat(routes.metadata(RAW, 0))
                .isEqualTo("{\"first\":0,\"next\":3,\"gaps\":0,\"lost\":0,\"forwarded\":2,\"dead_lettered\":1}");
        assertThat(routes.metadata(RAW, 1))
                .isEqualTo("{\"first\":0,\"next\":1,\"gaps\":0,\"lost\":0,\"forwarded\":1,\"dead_lettered\":0}");
    }

    @Test
    void aPartitionThatAnotherMemberHasTakenIsLeftToIt() {
        List<Exchange> batch = List.of(
                raw(0, "b1", "{\"measurements\":{\"voltage\":120}}"),
                raw(1, "b1", "{\"measurements\":{\"voltage\":121}}"));
        routes.revoke(RAW, 1);

        routes.run("enrich", batch);

        assertThat(sent).hasSize(2);
        assertThat(routes.committed(RAW, 0)).isEqualTo(1);
    }

    @Test
    void aPartitionThatAnotherMemberTakesWhileABatchIsSentIsNotCommitted() {
        routes.kafka("iot.enriched").whenAnyExchangeReceived(exchange -> {
            take(exchange);
            routes.revoke(RAW, 1);
        });

        routes.run(
                "enrich",
                List.of(
                        raw(0, "b1", "{\"measurements\":{\"voltage\":120}}"),
                        raw(1, "b1", "{\"measurements\":{\"voltage\":121}}")));

        assertThat(sent).hasSize(4);
        assertThat(routes.committed(RAW, 0)).isEqualTo(1);
        assertThat(routes.committed(RAW, 1)).isNull();
    }

    @Test
    void aMessageThatItsTopicDoesNotTakeIsADeadLetterAndItsNeighboursGoOn() {
        String large = "{\"measurements\":{\"voltage\":120},\"note\":\"" + "x".repeat(100_000) + "\"}";
        int[] attempts = {0};
        routes.kafka("iot.enriched").whenAnyExchangeReceived(exchange -> {
            attempts[0]++;
            for (Message message : records(exchange)) {
                if (((byte[]) message.getBody()).length > 50_000
                        && !topic(message).contains("smart_breaker")) {
                    throw new ExecutionException(new RecordTooLargeException("too large"));
                }
            }
            take(exchange);
        });

        Exchange batch = routes.run(
                "enrich",
                List.of(
                        raw(0, "b1", "{\"measurements\":{\"voltage\":120}}"),
                        raw(0, "b1", "{\"measurements\":{\"voltage\":1},\"trends\":" + large + "}"),
                        raw(0, "b1", "{broken" + large),
                        raw(0, "b1", "{\"measurements\":{\"voltage\":121}}")));

        assertThat(batch.getException()).isNull();
        assertThat(attempts[0]).as("once whole, once for each record").isEqualTo(8);
        assertThat(sent)
                .extracting(EnrichRouteTest::topic)
                .containsExactly(
                        "iot.enriched",
                        "iot.smart_breaker.enriched",
                        "iot.smart_breaker.enriched",
                        "iot.enriched",
                        "iot.smart_breaker.enriched");
        List<Exchange> letters = routes.kafka("iot.dlq").getExchanges();
        assertThat(letters)
                .extracting(letter -> letter.getMessage().getHeader("reason"))
                .containsExactly("too-large", "malformed-json");
        Message cut = letters.get(0).getMessage();
        assertThat((byte[]) cut.getBody()).hasSize(65_536).asString().startsWith("{\"measurements\"");
        assertThat(cut.getHeader("payload-length")).isEqualTo(Integer.toString(large.length() + 40));
        assertThat(cut.getHeader("origin")).isEqualTo("iot.raw/0/1");
        assertThat(RecordHeaders.text(cut, "device")).as("as it was on iot.raw").isEqualTo("b1");
        assertThat(cut.getHeader("owner-device")).isEqualTo("b1");
        assertThat(cut.getHeader("owner-tenant")).isEqualTo("default");
        assertThat(cut.getHeaders()).doesNotContainKey("tenant");
        assertThat(routes.committed(RAW, 0)).isEqualTo(4);
    }

    @Test
    void aMessageThatOnlyTheTopicOfItsTypeDoesNotTakeIsForwardedAndADeadLetterTellsOfIt() {
        routes.kafka("iot.enriched").whenAnyExchangeReceived(exchange -> {
            if (records(exchange).stream().anyMatch(message -> topic(message).contains("smart_breaker"))) {
                throw new ExecutionException(new RecordTooLargeException("too large"));
            }
            take(exchange);
        });

        routes.run("enrich", List.of(raw(0, "b1", "{\"measurements\":{\"voltage\":120}}")));

        assertThat(sent).extracting(EnrichRouteTest::topic).containsExactly("iot.enriched");
        assertThat(routes.kafka("iot.dlq").getExchanges())
                .extracting(letter -> letter.getMessage().getHeader("detail", String.class))
                .singleElement()
                .asString()
                .contains("iot.smart_breaker.enriched");
    }

    @Test
    void aDeadLetterThatItsTopicDoesNotTakeKeepsItsReasonAndIsCut() {
        routes.kafka("iot.enriched").whenAnyExchangeReceived(exchange -> {
            throw new ExecutionException(new RecordTooLargeException("too large"));
        });
        routes.kafka("iot.dlq").whenAnyExchangeReceived(exchange -> {
            if (((byte[]) exchange.getMessage().getBody()).length > 70_000) {
                throw new ExecutionException(new RecordTooLargeException("too large"));
            }
        });

        routes.run("enrich", List.of(raw(0, "b1", "{broken" + "x".repeat(100_000))));

        List<Exchange> letters = routes.kafka("iot.dlq").getExchanges();
        assertThat(letters).hasSize(2);
        Message cut = letters.get(1).getMessage();
        assertThat(cut.getHeader("reason")).isEqualTo("malformed-json");
        assertThat(cut.getHeader("payload-length")).isEqualTo("100007");
        assertThat((byte[]) cut.getBody()).hasSize(65_536);
        assertThat(routes.committed(RAW, 0)).isEqualTo(1);
    }

    @Test
    void unknownDevicesOfABatchAreProvisionedByOneStatementAndWhatIsBeyondTheCapIsADeadLetter() {
        List<Map<String, Object>> asked = new ArrayList<>();
        routes.database(exchange -> {
            Map<?, ?> parameters = exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class);
            asked.add(Map.of("devices", List.of((String[]) parameters.get("devices")), "cap", parameters.get("cap")));
            exchange.getMessage().setBody(List.of(device("b2"), device("b3")));
        });

        routes.run(
                "enrich",
                List.of(
                        raw(0, "b2", "{\"measurements\":{\"voltage\":1}}"),
                        raw(0, "b1", "{\"measurements\":{\"voltage\":2}}"),
                        raw(0, "b3", "{\"measurements\":{\"voltage\":3}}"),
                        raw(0, "b2", "{\"measurements\":{\"voltage\":4}}"),
                        raw(0, "b4", "{\"measurements\":{\"voltage\":5}}")));

        assertThat(asked).containsExactly(Map.of("devices", List.of("b2", "b3", "b4"), "cap", 3));
        assertThat(sent)
                .filteredOn(message -> topic(message).equals("iot.enriched"))
                .extracting(this::key)
                .containsExactly("default/b2", "default/b1", "default/b3", "default/b2");
        assertThat(sent)
                .filteredOn(message -> topic(message).equals("iot.dlq"))
                .extracting(message -> message.getHeader("reason"))
                .containsExactly("device-cap-reached");
    }

    @Test
    void aDeviceThatWasAddedWithoutATypeGetsTheOneThatAMessageTellsAndIsNotAskedForAgain() {
        List<List<String>> asked = new ArrayList<>();
        routes.database(exchange -> {
            Map<?, ?> parameters = exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class);
            String[] types = (String[]) parameters.get("types");
            asked.add(List.of(types));
            Map<String, Object> row = device("b2");
            row.put("device_type", types[0]);
            row.put("auto_provisioned", true);
            exchange.getMessage().setBody(List.of(row));
        });
        Exchange untold = raw(0, "b2", "{\"event_type\":\"status\",\"online\":false}");
        routes.run("enrich", List.of(untold));
        assertThat(asked).containsExactly(List.of("unknown"));
        assertThat(sent).extracting(EnrichRouteTest::topic).containsExactly("iot.enriched", "iot.unknown.enriched");
        sent.clear();

        Exchange still = raw(0, "b2", "{\"event_type\":\"status\",\"online\":true}");
        Exchange told = raw(0, "b2", "{\"measurements\":{\"voltage\":1}}");
        routes.run("enrich", List.of(still, told));
        routes.run("enrich", List.of(raw(0, "b2", "{\"measurements\":{\"energy\":1}}")));
        routes.run("enrich", List.of(raw(0, "b2", "{\"event_type\":\"status\",\"online\":false}")));

        assertThat(asked).containsExactly(List.of("unknown"), List.of("smart_breaker"));
        assertThat(sent)
                .extracting(EnrichRouteTest::topic)
                .filteredOn(topic -> !topic.equals("iot.enriched"))
                .containsExactly(
                        "iot.smart_breaker.enriched",
                        "iot.smart_breaker.enriched",
                        "iot.smart_meter.enriched",
                        "iot.smart_breaker.enriched");
        assertThat(sent)
                .filteredOn(message -> message.getHeader("directory-type") != null)
                .as("the one whose message names another type")
                .hasSize(2);
    }

    @Test
    void aDeviceThatTheDatabaseRefusesCostsNoOther() {
        AtomicInteger attempts = new AtomicInteger();
        routes.database(exchange -> {
            attempts.incrementAndGet();
            Map<?, ?> parameters = exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class);
            List<String> devices = List.of((String[]) parameters.get("devices"));
            if (devices.contains("b3")) {
                throw new java.sql.SQLException("violates check constraint \"mine\"", "23514");
            }
            exchange.getMessage()
                    .setBody(devices.stream().map(EnrichRouteTest::device).toList());
        });

        Exchange batch = routes.run(
                "enrich",
                List.of(
                        raw(0, "b2", "{\"measurements\":{\"voltage\":1}}"),
                        raw(0, "b3", "{\"measurements\":{\"voltage\":2}}"),
                        raw(0, "b1", "{\"measurements\":{\"voltage\":3}}"),
                        raw(0, "b4", "{\"measurements\":{\"voltage\":4}}"),
                        raw(0, "b3", "{\"measurements\":{\"voltage\":5}}")));

        assertThat(batch.getException()).isNull();
        assertThat(attempts).as("once all, once each").hasValue(4);
        assertThat(sent)
                .filteredOn(message -> topic(message).equals("iot.enriched"))
                .extracting(this::key)
                .containsExactly("default/b2", "default/b1", "default/b4");
        assertThat(sent)
                .filteredOn(message -> topic(message).equals("iot.dlq"))
                .extracting(
                        message -> message.getHeader("reason"),
                        message -> message.getHeader("owner-device"),
                        message -> message.getHeader("detail", String.class).contains("\"mine\""))
                .containsExactly(tuple("refused-by-database", "b3", true), tuple("refused-by-database", "b3", true));
        assertThat(routes.committed(RAW, 0)).isEqualTo(5);
    }

    @Test
    void aBatchWaitsForTheDirectory() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        routes.database(exchange -> {
            if (attempts.incrementAndGet() < 3) {
                throw new java.sql.SQLException("down", "08001");
            }
            exchange.getMessage().setBody(List.of(device("b9")));
        });

        Exchange batch = routes.run("enrich", List.of(raw(0, "b9", "{\"measurements\":{\"voltage\":1}}")));

        assertThat(batch.getException()).isNull();
        assertThat(sent).hasSize(2);
    }

    @Test
    void aDatabaseThatIsAwayLeavesTheDirectoryAsItIs() {
        routes.database(exchange -> {
            throw new java.sql.SQLException("down", "08001");
        });

        assertThat(routes.run("refresh-directory", List.of()).getException()).isNull();
        assertThat(directory.find("default", "b1")).isNotNull();
    }

    @Test
    void aTypeThatIsAddedToTheRegistryHasItsTopicFromThenOn() throws IOException {
        String payload = "{\"device_type\":\"wind_vane\",\"measurements\":{\"direction\":270}}";
        routes.run("enrich", List.of(raw(0, "b1", payload)));
        Files.writeString(registryFile, Files.readString(registryFile).replace("smart_meter", "wind_vane"));
        routes.run("reload-registry", List.of());
        routes.run("enrich", List.of(raw(0, "b1", payload)));

        assertThat(sent)
                .extracting(EnrichRouteTest::topic)
                .containsExactly("iot.enriched", "iot.unknown.enriched", "iot.enriched", "iot.wind_vane.enriched");
    }

    @Test
    void birthsAreLoadedOnceAndStoredBeforeAnythingIsSentThatWasDecodedByThem() {
        List<String> steps = new CopyOnWriteArrayList<>();
        routes.database(exchange -> {
            Map<?, ?> parameters = exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class);
            String step =
                    parameters.containsKey("before") ? "load" : parameters.containsKey("bdSeqs") ? "keep" : "provision";
            steps.add(step);
            exchange.getMessage()
                    .setBody(step.equals("provision") ? List.of(device("edge", "plant")) : new ArrayList<>());
        });
        routes.kafka("iot.enriched").whenAnyExchangeReceived(exchange -> {
            steps.add("send");
            take(exchange);
        });
        long now = System.currentTimeMillis();

        routes.run(
                "enrich",
                List.of(
                        sparkplug(
                                "NBIRTH",
                                Tahu.nodeBirth(now, 0, 1)
                                        .with("Level", 7L, MetricDataType.Int16, (short) -3)
                                        .bytes()),
                        sparkplug(
                                "NDATA",
                                Tahu.payload(now, 1)
                                        .with(null, 7L, MetricDataType.Int16, (short) -4)
                                        .data())));
        routes.run(
                "enrich",
                List.of(sparkplug(
                        "NDATA",
                        Tahu.payload(now, 2)
                                .with(null, 8L, MetricDataType.Int16, (short) -5)
                                .data())));

        assertThat(steps).containsExactly("load", "keep", "provision", "send", "send");
        assertThat(sent)
                .extracting(EnrichRouteTest::topic, this::key)
                .containsExactly(
                        tuple("iot.enriched", "plant/edge"),
                        tuple("iot.unknown.enriched", "plant/edge"),
                        tuple("iot.enriched", "plant/edge"),
                        tuple("iot.unknown.enriched", "plant/edge"),
                        tuple("iot.dlq", "plant/edge"));
        assertThat((byte[]) sent.get(2).getBody()).asString().contains("\"metric\":\"Level\",\"value\":-4.0");
        assertThat(sent.get(4).getHeader("reason")).isEqualTo("unknown-alias");

        routes.run("ask-rebirths", List.of());
        assertThat(routes.kafka("iot.commands").getExchanges()).hasSize(1);
        routes.run("ask-rebirths", List.of());
        assertThat(routes.kafka("iot.commands").getExchanges()).hasSize(1);
    }

    @Test
    void oldBirthsAreForgotten() {
        List<Object> asked = new ArrayList<>();
        routes.database(exchange -> asked.add(exchange.getMessage().getHeader("keep")));
        routes.run("forget-births", List.of());
        assertThat(asked).containsExactly("30d");
    }

    private Exchange sparkplug(String type, byte[] payload) {
        Exchange exchange = routes.consumed(
                RAW,
                2,
                payload,
                Map.of(
                        "mqtt-topic",
                        "spBv1.0/plant/" + type + "/edge",
                        "dialect",
                        "sparkplug",
                        "received-at",
                        System.currentTimeMillis() * 1_000 + "",
                        "received-by",
                        "caravan",
                        "tenant",
                        "plant",
                        "device",
                        "edge"));
        exchange.getMessage().setHeader(KafkaConstants.KEY, "plant/edge");
        return exchange;
    }

    private void take(Exchange exchange) {
        sent.addAll(records(exchange));
    }

    @SuppressWarnings("unchecked")
    private static List<Message> records(Exchange exchange) {
        Message message = exchange.getMessage();
        return message.getBody() instanceof List<?> list ? (List<Message>) list : List.of(message);
    }

    private Exchange raw(int partition, String device, String payload) {
        Exchange exchange = routes.consumed(
                RAW,
                partition,
                payload.getBytes(StandardCharsets.UTF_8),
                Map.of(
                        "mqtt-topic",
                        "iot/" + device + "/raw",
                        "dialect",
                        "iot",
                        "received-at",
                        "1795000000000000",
                        "device",
                        device));
        exchange.getMessage().setHeader(KafkaConstants.KEY, "default/" + device);
        return exchange;
    }

    private void answerWith(List<Map<String, Object>> rows) {
        routes.database(exchange -> exchange.getMessage().setBody(rows));
    }

    private static Map<String, Object> limit(String tenant, Integer messages) {
        Map<String, Object> row = new HashMap<>();
        row.put("tenant_id", tenant);
        row.put("messages_per_second", messages);
        return row;
    }

    private static Map<String, Object> device(String id, String tenant) {
        Map<String, Object> row = device(id);
        row.put("tenant_id", tenant);
        return row;
    }

    private static Map<String, Object> device(String id) {
        Map<String, Object> row = new HashMap<>();
        Arrays.asList("device_type", "site_id", "zone_id").forEach(column -> row.put(column, null));
        row.put("tenant_id", "default");
        row.put("device_id", id);
        return row;
    }

    private static String topic(Message message) {
        return message.getHeader(KafkaConstants.OVERRIDE_TOPIC, String.class);
    }

    private String key(Message message) {
        Object key = message.getHeader(KafkaConstants.KEY);
        return key instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : (String) key;
    }
}
