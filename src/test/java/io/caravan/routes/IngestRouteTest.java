package io.caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.caravan.Dialects;
import io.caravan.ingest.Aside;
import io.caravan.ingest.CommandAnswer;
import io.caravan.ingest.Commands;
import io.caravan.ingest.Dialect;
import io.caravan.ingest.DialectRoutes;
import io.caravan.ingest.InFlightBytes;
import io.caravan.ingest.MappedTopics;
import io.caravan.ingest.MqttClients;
import io.caravan.ingest.MqttSettings;
import io.caravan.ingest.PassedOver;
import io.caravan.ingest.SecondLevel;
import io.caravan.ingest.Stamp;
import io.caravan.ingest.ThirdLevel;
import io.caravan.ingest.TooLarge;
import io.caravan.ingest.TopicShape;
import io.caravan.kafka.CallbackExecutor;
import io.caravan.registry.DeviceRegistry;
import io.caravan.settings.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Constants;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * routes/ingest.camel.yaml, routes/ingest-mapped.camel.yaml and routes/ingest-sparkplug.camel.yaml. The MQTT consumer
 * acknowledges a message when its exchange ends well.
 */
class IngestRouteTest {

    private static final int LARGEST = 100_000;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private StageRoutes routes;
    private final List<String> commands = new ArrayList<>();
    private final List<Mqtt5Publish> published = new ArrayList<>();
    private final ExecutorService redeliveries = Executors.newScheduledThreadPool(1);
    private int failures;

    @BeforeEach
    void start() throws Exception {
        MqttSettings broker = MqttSettings.of(Settings.load(Path.of("application.properties"), Map.of()));
        InFlightBytes inFlight = new InFlightBytes(1_000_000, new SimpleMeterRegistry());
        MappedTopics topics = new MappedTopics(new DeviceRegistry(Path.of("config", "device-registry.json")));
        Map<String, Object> beans = new HashMap<>();
        beans.put("stampF2", (Processor) new Dialect("f2", TopicShape.F2, "device_id", "tenant_id")::stamp);
        beans.put("isF2", new SecondLevel("f2-"));
        beans.put("passOver", new PassedOver(meters));
        beans.put("stampIot", (Processor) new Dialect("iot", TopicShape.IOT, "device_id", "tenant_id")::stamp);
        beans.put("stampBuilding", (Processor)
                new Dialect("building", TopicShape.OPAQUE, "deviceId", "tenant_id")::stamp);
        beans.put("mappedTopics", topics);
        beans.put("stamp", new Stamp(Dialects.all(), topics));
        beans.put("dialectRoutes", new Followed());
        beans.put("mqttSparkplug", MqttClients.ordered(broker, inFlight, "sparkplug", null));
        beans.put("stampSparkplug", (Processor)
                Dialect.ordered("sparkplug", TopicShape.SPARKPLUG).takenInBy("here")::stamp);
        beans.put("isOfEdgeNode", new ThirdLevel(Set.of("NDATA", "DDATA", "DBIRTH")));
        beans.put("commands", new Commands(this::publish, new SimpleMeterRegistry(), "iot.command-states"));
        beans.put("commandAnswer", new CommandAnswer());
        beans.put("oversize", Aside.tooLarge(LARGEST, new SimpleMeterRegistry()));
        beans.put("aside", Aside.failed(new SimpleMeterRegistry()));
        beans.put("isTooLarge", new TooLarge(LARGEST));
        beans.put("kafkaCallbacks", new CallbackExecutor());
        beans.put("redeliveries", redeliveries);
        routes = new StageRoutes(beans, "ingest", "ingest-commands", "ingest-f2", "ingest-mapped", "ingest-sparkplug");
    }

    /** Stands for what makes routes, which needs a broker. */
    public static final class Followed {
        static final AtomicInteger TIMES = new AtomicInteger();

        public void follow() {
            TIMES.incrementAndGet();
        }
    }

    @AfterEach
    void stop() {
        routes.close();
        redeliveries.shutdownNow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ingest-iot        | iot/b1/raw       | {\"device_id\":\"other\"}                 | iot      | default/b1",
                "ingest-iot        | iot/acme/b1/raw  | no JSON at all                            | iot      | acme/b1",
                "ingest-iot-status | iot/b1/status    | {\"status\":{}}                           | iot      | default/b1",
                "ingest-building   | building/room1   | {\"deviceId\":\"s1\",\"tenant_id\":\"t1\"} | building | t1/s1",
                "ingest-building   | building/room1   | {\"deviceId\":\"s1\"}                     | building | default/s1",
                "ingest-f2 | cmnd/f2-E4FD45F654BE/sensor-mode/J1/sensor-1 | {}       | f2       | default/f2-e4fd45f654be",
                "ingest-f2 | stat/f2-al1111222233/alarm-mode/1/siren-1    | 1        | f2       | default/f2-al1111222233",
                "ingest-building   | building/room1   | {broken                                   | building | building/room1",
                "ingest-sparkplug  | spBv1.0/g/NDATA/n   | binary                               | sparkplug | g/n",
                "ingest-sparkplug  | spBv1.0/g/DDATA/n/d | binary                               | sparkplug | g/n"
            })
    void aMessageGoesToRawAsItIsWithTopicDialectAndReceiptUnderItsDevicesKey(
            String route, String topic, String payload, String dialect, String key) {
        Exchange exchange = routes.run(route, arrived(topic, payload));

        assertThat(exchange.getException()).isNull();
        Message record = only(routes.kafka("iot.raw"));
        assertThat((byte[]) record.getBody()).asString().isEqualTo(payload);
        assertThat(record.getHeader(KafkaConstants.KEY)).isEqualTo(key);
        assertThat(record.getHeader("mqtt-topic")).isEqualTo(topic);
        assertThat(record.getHeader("dialect")).isEqualTo(dialect);
        assertThat(Long.parseLong(record.getHeader("received-at", String.class)))
                .isGreaterThan(1_700_000_000_000_000L);
    }

    @Test
    void aMessageOfADialectOfTheRegistryGoesToRawUnlessItsRouteIsForOthers() throws Exception {
        DialectRoutes.make(routes.context(), "ingest-tasmota", "tasmota", "tasmota", "tele/#", "isMeasured");
        routes.take("ingest-tasmota");

        routes.run("ingest-tasmota", arrived("tele/kettle/LWT", "Online"));
        routes.run("ingest-tasmota", arrived("tele/kettle/UPTIME", "{}"));
        assertThat(routes.kafka("iot.raw").getExchanges()).isEmpty();
        routes.run("ingest-tasmota", arrived("tele/kettle/SENSOR", "{\"Time\":"));

        Route route = routes.context().getRoute("ingest-tasmota");
        assertThat(route.getConfigurationId()).isEqualTo("ingest-errors");
        Message record = only(routes.kafka("iot.raw"));
        assertThat(record.getHeader(KafkaConstants.KEY)).isEqualTo("default/kettle");
        assertThat(record.getHeader("dialect")).isEqualTo("tasmota");
        assertThat(record.getHeader("device")).isEqualTo("kettle");
        assertThat(record.getHeader("mqtt-topic")).isEqualTo("tele/kettle/SENSOR");
    }

    @Test
    void theRegistryIsFollowed() {
        int before = Followed.TIMES.get();
        routes.run("follow-dialects", arrived("", ""));
        assertThat(Followed.TIMES.get()).isGreaterThan(before);
    }

    @Test
    void whatComesByTheTopicsOfF2AndIsOfSomethingElseIsPassedOverAndCounted() {
        for (String topic : new String[] {"tele/plug-1/a/b/SENSOR", "stat/xf2-1/a/b/c", "cmnd/f/2/3/4"}) {
            assertThat(routes.run("ingest-f2", arrived(topic, "{}")).getException())
                    .isNull();
        }

        assertThat(routes.kafka("iot.raw").getExchanges()).isEmpty();
        assertThat(routes.kafka("iot.dlq").getExchanges()).isEmpty();
        assertThat(meters.counter("caravan.ingest.passed.over", "route", "ingest-f2")
                        .count())
                .isEqualTo(3);
    }

    @Test
    void aMessageThatIsTooLargeLeavesItsBeginningAndItsHashWithTheDeadLetters() {
        routes.run("ingest-iot", arrived("iot/b1/raw", "x".repeat(LARGEST + 1)));

        assertThat(routes.kafka("iot.raw").getExchanges()).isEmpty();
        Message letter = only(routes.kafka("iot.dlq"));
        assertThat(letter.getHeader("reason")).isEqualTo("too-large");
        assertThat(letter.getHeader("stage")).isEqualTo("ingest");
        assertThat(letter.getHeader("payload-length")).isEqualTo("100001");
        assertThat(letter.getHeader("payload-sha256", String.class)).hasSize(64);
        assertThat(letter.getHeader("device")).isEqualTo("b1");
    }

    @Test
    void aTopicThatIsTooLongIsCutAndNamesNobody() {
        routes.run("ingest-iot", arrived("iot/" + "b".repeat(2_000) + "/raw", "{}"));

        assertThat(routes.kafka("iot.raw").getExchanges()).isEmpty();
        Message letter = only(routes.kafka("iot.dlq"));
        assertThat(letter.getHeader("reason")).isEqualTo("too-large");
        assertThat(letter.getHeader("detail", String.class)).contains("topic");
        assertThat(letter.getHeader("mqtt-topic", String.class)).hasSize(1_000);
        assertThat(letter.getHeader(KafkaConstants.KEY, String.class)).hasSize(1_000);
        assertThat(letter.getHeader("device")).isNull();
        assertThat((byte[]) letter.getBody()).asString().isEqualTo("{}");
    }

    @ParameterizedTest
    @CsvSource({"iot.raw, 10", "iot.dlq, 200000"})
    void aMessageIsNotDoneBeforeKafkaHasIt(String topic, int length) {
        AtomicInteger attempts = new AtomicInteger();
        routes.kafka(topic).whenAnyExchangeReceived(exchange -> {
            if (attempts.incrementAndGet() < 4) {
                throw new TimeoutException("no answer");
            }
        });

        Exchange exchange = routes.run("ingest-iot", arrived("iot/b1/raw", "x".repeat(length)));

        assertThat(attempts).hasValue(4);
        assertThat(exchange.getException()).isNull();
        MockEndpoint kafka = routes.kafka(topic);
        assertThat(kafka.getExchanges())
                .extracting(attempt -> attempt.getMessage().getHeader("received-at"))
                .as("stamped once")
                .containsOnly(kafka.getExchanges().get(0).getMessage().getHeader("received-at"));
        assertThat(kafka.getExchanges())
                .extracting(attempt -> attempt.getMessage().getHeader("payload-length"))
                .containsOnly(length > LARGEST ? Integer.toString(length) : null);
    }

    @Test
    void asManyMessagesAsAreUnderWayMayWaitToBeSentAgain() throws Exception {
        int count = 3_000;
        AtomicBoolean away = new AtomicBoolean(true);
        routes.kafka("iot.raw").whenAnyExchangeReceived(record -> {
            if (away.get()) {
                throw new TimeoutException("not taken in time");
            }
        });
        List<Exchange> messages = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(count);
        try (AsyncProducer route =
                routes.context().getEndpoint("direct:ingest-iot").createAsyncProducer()) {
            for (int i = 0; i < count; i++) {
                Exchange message = arrived("iot/b1/raw", "{\"n\":" + i + "}");
                messages.add(message);
                route.process(message, doneSync -> done.countDown());
            }
            away.set(false);

            assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(messages)
                .allSatisfy(message -> assertThat(message.getException()).isNull());
    }

    @Test
    void whatATopicOfOthersDoesNotTakeIsCutAndPutAside() {
        routes.kafka("iot.raw").whenAnyExchangeReceived(exchange -> {
            throw new ExecutionException(new RecordTooLargeException("too large"));
        });

        Exchange exchange = routes.run("ingest-building", arrived("building/a", "x".repeat(90_000)));

        assertThat(exchange.getException()).isNull();
        assertThat(routes.kafka("iot.raw").getExchanges()).as("not tried again").hasSize(1);
        Message letter = only(routes.kafka("iot.dlq"));
        assertThat(letter.getHeader("reason")).isEqualTo("too-large");
        assertThat(letter.getHeader("payload-length")).isEqualTo("90000");
    }

    @Test
    void aMessageThatAFaultOfOursStopsIsADeadLetterAndNotTriedForEver() {
        Exchange broken = arrived("iot/b1/raw", "{}");
        broken.getMessage().removeHeader(PahoMqtt5Constants.MQTT_TOPIC);

        Exchange exchange = routes.run("ingest-iot", broken);

        assertThat(exchange.getException()).isNull();
        assertThat(routes.kafka("iot.raw").getExchanges()).isEmpty();
        Message letter = only(routes.kafka("iot.dlq"));
        assertThat(letter.getHeader("reason")).isEqualTo("internal-error");
        assertThat((byte[]) letter.getBody()).asString().isEqualTo("{}");
    }

    @Test
    void whatWasTakenInInOrderSaysByWhomAndOfWhatDevice() {
        routes.run("ingest-sparkplug", arrived("spBv1.0/plant/DBIRTH/edge/pump", "x"));

        Message record = only(routes.kafka("iot.raw"));
        assertThat(record.getHeader("received-by")).isEqualTo("here");
        assertThat(record.getHeader("tenant")).isEqualTo("plant");
        assertThat(record.getHeader("device")).isEqualTo("edge/pump");
    }

    @Test
    void commandsAndStatesOfSparkplugArePassedOver() {
        for (String topic : List.of("spBv1.0/g/NCMD/n", "spBv1.0/g/DCMD/n/d", "spBv1.0/STATE/host", "spBv1.0")) {
            assertThat(routes.run("ingest-sparkplug", arrived(topic, "x")).getException())
                    .isNull();
        }
        assertThat(routes.kafka("iot.raw").getExchanges()).isEmpty();
    }

    @Test
    void aCommandIsPublishedUntilTheBrokerHasItUnlessItIsTooOld() {
        long now = System.currentTimeMillis() * 1_000;
        failures = 2;
        Exchange batch = routes.run(
                "publish-commands",
                List.of(
                        command("a/old", now - 1),
                        command("a/new", now + 60_000_000),
                        command("a/#", now + 60_000_000),
                        command("a/other", now + 60_000_000)));

        assertThat(batch.getException()).isNull();
        assertThat(commands).containsExactly("a/new do it", "a/other do it");
        assertThat(routes.committed("iot.commands", 0)).isEqualTo(4);
    }

    @Test
    void itIsToldWhatBecameOfACommandThatSomebodyFollows() {
        long now = System.currentTimeMillis() * 1_000;
        routes.run(
                "publish-commands",
                List.of(
                        followed("iot/acme/d/commands", "first", now + 60_000_000),
                        followed("cmnd/f2-a/x/1/y", "second", now + 60_000_000),
                        followed("iot/acme/d/commands", "third", now - 1)));

        assertThat(published.get(0).getResponseTopic()).hasToString("Optional[iot/acme/d/commands/first/ack]");
        assertThat(published.get(0).getMessageExpiryInterval().getAsLong()).isBetween(1L, 61L);
        assertThat(published.get(0).getContentType()).hasToString("Optional[text/plain]");
        assertThat(published.get(1).getResponseTopic()).isEmpty();
        List<?> states = routes.kafka("iot.command-states")
                .getExchanges()
                .get(0)
                .getMessage()
                .getBody(List.class);
        assertThat(states)
                .extracting(state -> ((Message) state).getHeader("command") + " "
                        + ((Message) state).getHeader("command-state") + " " + ((Message) state).getHeader("tenant"))
                .containsExactly("first delivered acme", "second delivered acme", "third expired acme");
        assertThat(routes.committed("iot.commands", 0)).isEqualTo(3);
    }

    @Test
    void whatADeviceAnswersIsToldOfItsCommand() {
        routes.run("ingest-command-answers", arrived("iot/acme/d/commands/c1/ack", "x".repeat(20_000)));

        Message told = only(routes.kafka("iot.command-states"));
        assertThat(told.getHeader("tenant")).isEqualTo("acme");
        assertThat(told.getHeader("device")).isEqualTo("d");
        assertThat(told.getHeader("command")).isEqualTo("c1");
        assertThat(told.getHeader("command-state")).isEqualTo("acknowledged");
        assertThat((byte[]) told.getBody()).hasSize(16_384);
    }

    private Exchange followed(String topic, String id, long expiresAt) {
        return routes.consumed(
                "iot.commands",
                0,
                "do it".getBytes(StandardCharsets.UTF_8),
                Map.of(
                        "mqtt-topic",
                        topic,
                        "expires-at",
                        Long.toString(expiresAt),
                        "command",
                        id,
                        "tenant",
                        "acme",
                        "device",
                        "d",
                        "content-type",
                        "text/plain"));
    }

    private void publish(Mqtt5Publish message) throws IOException {
        if (failures-- > 0) {
            throw new IOException("no answer");
        }
        published.add(message);
        commands.add(message.getTopic() + " " + new String(message.getPayloadAsBytes(), StandardCharsets.UTF_8));
    }

    private Exchange command(String topic, long expiresAt) {
        return routes.consumed(
                "iot.commands",
                0,
                "do it".getBytes(StandardCharsets.UTF_8),
                Map.of("mqtt-topic", topic, "expires-at", Long.toString(expiresAt)));
    }

    private Exchange arrived(String topic, String payload) {
        Exchange exchange = new DefaultExchange(routes.context());
        exchange.getMessage().setBody(payload.getBytes(StandardCharsets.UTF_8));
        exchange.getMessage().setHeader(PahoMqtt5Constants.MQTT_TOPIC, topic);
        return exchange;
    }

    private static Message only(MockEndpoint endpoint) {
        assertThat(endpoint.getExchanges()).hasSize(1);
        return endpoint.getExchanges().get(0).getMessage();
    }
}
