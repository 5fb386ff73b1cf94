package io.caravan.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import io.caravan.embedded.EmbeddedMqtt;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real broker: what Camel's consumer sees, and what the broker keeps. */
class MqttClientsTest {

    /** What one read of a socket may bring beyond what there is room for. */
    private static final int SOCKET_BUFFER = 65_536;

    @TempDir
    private Path folder;

    private final InFlightBytes inFlight = new InFlightBytes(100_000, new SimpleMeterRegistry());
    private EmbeddedMqtt broker;
    private final List<MqttClients> open = new ArrayList<>();

    @BeforeEach
    void start() {
        broker = EmbeddedMqtt.start(folder, 0);
    }

    @AfterEach
    void stop() {
        open.forEach(MqttClients::close);
        broker.close();
    }

    @Test
    void aMessageIsAcknowledgedOnlyWhenItIsCompleteAndComesAgainOtherwise() throws Exception {
        Consumer first = consumer(1, true, text -> !text.equals("b"));
        publish("iot/d/raw", "a", "b", "c");
        await().until(() -> first.texts.size() == 3);
        await().until(() -> first.clients.inFlight() == 1);
        first.leave();
        publish("iot/d/raw", "d");

        Consumer second = consumer(1, true, text -> true);

        // c comes again as well: acknowledgements leave in the order of arrival (MQTT 5, 4.6), and b's was missing
        await().until(() -> second.texts.size() == 3);
        assertThat(second.texts).containsExactlyInAnyOrder("b", "c", "d");
        await().until(() -> second.clients.inFlight() == 0);
        second.leave();
        Consumer third = consumer(1, true, text -> true);
        publish("iot/d/raw", "e");
        await().until(() -> third.texts.contains("e"));
        assertThat(third.texts).containsExactly("e");
    }

    @Test
    void theSchemeMqttMeansTheSameAsTcp() throws Exception {
        MqttClients clients =
                new MqttClients(settings(broker.mqttUrl().replace("tcp:", "mqtt:")), inFlight, "test", 1, true);
        open.add(clients);
        clients.subscribe("iot/+/raw", 1);

        await().until(clients::isReady);
    }

    @Test
    void severalClientsShareTheMessagesAndEachComesOnce() throws Exception {
        Consumer consumer = consumer(3, true, text -> true);
        String[] texts = numbers(300);
        publish("iot/d/raw", texts);

        await().until(() -> consumer.texts.size() >= texts.length && consumer.clients.inFlight() == 0);
        assertThat(consumer.texts).containsExactlyInAnyOrder(texts);
        assertThat(consumer.clients.isReady()).isTrue();
    }

    @Test
    void aRestartedBrokerIsConnectedAgainAndNothingIsLost() throws Exception {
        Consumer consumer = consumer(2, true, text -> true);
        publish("iot/d/raw", "before");
        await().until(() -> consumer.texts.contains("before"));
        int port = broker.port();
        broker.close();
        await().until(() -> !consumer.clients.isReady());
        broker = EmbeddedMqtt.start(folder, port);
        publish("iot/d/raw", "early");
        await().until(consumer.clients::isReady);
        publish("iot/d/raw", "late");

        await().until(() -> consumer.texts.containsAll(List.of("early", "late")));
    }

    @Test
    void sessionsThatTheConfigurationNoLongerNamesAreDrainedAndClosed() throws Exception {
        consumer(3, false, text -> true).leave();
        publish("iot/d/raw", "kept");

        Consumer fewer = consumer(1, false, text -> true);

        await().until(() -> fewer.texts.size() == 3);
        assertThat(fewer.texts).containsExactly("kept", "kept", "kept");
        await().untilAsserted(() -> assertThat(hasSession("caravan-test-3")).isFalse());
        assertThat(hasSession("caravan-test-2")).isFalse();
    }

    /** Whoever unsubscribes last from a share may have the broker throw away what is queued for it. */
    @Test
    void whatIsQueuedForAShareThatHasNoOtherReadersIsTakenInBeforeItIsLeft() throws Exception {
        consumer(2, true, text -> true).leave();
        String[] texts = numbers(2_000);
        publish("iot/d/raw", texts);
        Consumer next = consumer("next", "iot/#", 2, text -> true);

        next.clients.succeed(new OldSessions(
                new Sessions(settings(broker.mqttUrl()), inFlight, "test", null),
                TopicFilters.of("$share/group/iot/+/raw, iot/+/+/raw"),
                0,
                2));

        await().until(() -> next.texts.size() >= texts.length);
        assertThat(next.texts).containsExactlyInAnyOrder(texts);
        await().untilAsserted(() -> assertThat(hasSession("caravan-test-1")).isFalse());
    }

    @Test
    void oldSessionsThatAreNotClosedYetGoOverToTheNextSubscription() throws Exception {
        consumer(2, true, text -> true).leave();
        publish("iot/d/raw", "kept");
        OldSessions old = new OldSessions(
                new Sessions(settings(broker.mqttUrl()), inFlight, "test", null),
                TopicFilters.of("$share/group/iot/+/raw, iot/+/+/raw"),
                0,
                2);
        Consumer stuck = consumer("between", "iot/#", 1, text -> false);
        stuck.clients.succeed(old);
        await().until(() -> stuck.texts.contains("kept"));
        stuck.leave();

        Consumer next = consumer("next", "iot/#", 1, text -> true);
        assertThat(stuck.clients.unfinished()).containsExactly(old);
        stuck.clients.unfinished().forEach(next.clients::succeed);

        await().until(() -> next.texts.contains("kept"));
    }

    @Test
    void whoLeavesInTheMidstOfADrainDropsNothingOfIt() throws Exception {
        consumer(2, true, text -> true).leave();
        publish("iot/d/raw", "kept");
        Consumer between = consumer("between", "iot/#", 1, text -> !text.equals("hangs"));
        publish("iot/h/raw", "hangs");
        await().until(() -> between.texts.contains("hangs"));
        between.clients.succeed(new OldSessions(
                new Sessions(settings(broker.mqttUrl()), inFlight, "test", null),
                TopicFilters.of("$share/group/iot/+/raw, iot/+/+/raw"),
                0,
                2));
        between.leave();

        Consumer next = consumer("next", "iot/#", 1, text -> true);
        between.clients.unfinished().forEach(next.clients::succeed);

        await().until(() -> between.texts.contains("kept") || next.texts.contains("kept"));
    }

    /** The drain cannot end, for the last three messages never do. */
    @Test
    void whatADrainHasUnsubscribedAndNotEndedIsSubscribedByWhoReadsItAgain() throws Exception {
        consumer(1, false, text -> true).leave();
        AtomicInteger arrived = new AtomicInteger();
        Consumer between = consumer("between", "other/#", 1, text -> false);
        between.completes = text -> {
            int handle = arrived.incrementAndGet();
            between.clients.completed(handle - 3);
            return false;
        };
        between.clients.succeed(new OldSessions(
                new Sessions(settings(broker.mqttUrl()), inFlight, "test", null),
                TopicFilters.of("iot/+/raw, iot/+/+/raw"),
                0,
                1));
        try (Publisher publisher = new Publisher(broker.mqttUrl())) {
            AtomicInteger sent = new AtomicInteger();
            await().pollInterval(Duration.ofMillis(1)).until(() -> {
                publisher.send("iot/d/raw", "more", false);
                return sent.incrementAndGet() > arrived.get() + 50 && arrived.get() > 3;
            });
        }
        between.leave();

        Consumer again = consumer(1, false, text -> true);
        publish("iot/d/raw", "new");

        await().until(() -> again.texts.contains("new"));
    }

    @Test
    void whatNobodyWantsAnyMoreIsNotKeptByTheBroker() throws Exception {
        consumer(3, true, text -> true).leave();
        publish("iot/d/raw", "old");
        new OldSessions(
                        new Sessions(settings(broker.mqttUrl()), inFlight, "test", null),
                        TopicFilters.of("$share/group/iot/+/raw, iot/+/+/raw"),
                        0,
                        3)
                .forget(() -> false);
        await().until(() -> !isForgetting());
        publish("iot/d/raw", "unwanted");

        Consumer next = consumer(3, true, text -> true);

        publish("iot/d/raw", "new");
        await().until(() -> next.texts.contains("new"));
        assertThat(next.texts).containsExactly("new");
    }

    /** A dialect that comes back while the broker that is to forget it is away. */
    @Test
    void whatIsReadAgainIsNotForgotten() throws Exception {
        consumer(1, true, text -> true).leave();
        MqttComponent component = new MqttComponent(settings(broker.mqttUrl()), inFlight, 1);
        int port = broker.port();
        broker.close();
        try (CamelContext context = new DefaultCamelContext()) {
            context.addComponent("paho-mqtt5", component);

            component.retire("test", "$share/group/iot/+/raw, iot/+/+/raw", null);
            context.getEndpoint("paho-mqtt5:$share/group/iot/+/raw?clientId=test");

            await().until(() -> !isForgetting());
        }
        broker = EmbeddedMqtt.start(folder, port);
        assertThat(hasSession("caravan-test-1")).isTrue();
    }

    @Test
    void aSessionIsNotClosedWhileItHoldsWhatIsNotAcknowledged() throws Exception {
        consumer(2, false, text -> true).leave();
        publish("iot/d/raw", "kept");
        Consumer stuck = consumer(1, false, text -> false);
        await().until(() -> stuck.texts.size() == 2);
        stuck.leave();

        Consumer next = consumer(1, false, text -> true);

        await().until(() -> next.texts.size() == 2);
        assertThat(next.texts).containsExactly("kept", "kept");
    }

    @Test
    void aRetainedMessageComesOnce() throws Exception {
        try (Publisher publisher = new Publisher(broker.mqttUrl())) {
            publisher.send("iot/d/raw", "retained", true);
        }
        Consumer first = consumer(1, false, text -> true);
        await().until(() -> first.texts.contains("retained") && first.clients.inFlight() == 0);
        first.leave();

        Consumer second = consumer(1, false, text -> true);
        publish("iot/d/raw", "next");
        await().until(() -> second.texts.contains("next"));

        assertThat(first.texts).containsExactly("retained");
        assertThat(second.texts).containsExactly("next");
    }

    @Test
    void aBrokerThatIsDownAtTheStartIsWaitedFor() throws Exception {
        int port = broker.port();
        MqttClients clients = new MqttClients(settings(broker.mqttUrl()), inFlight, "test", 1, true);
        open.add(clients);
        broker.close();
        clients.setCallback(new Callback((topic, message) -> {}));
        clients.subscribe("iot/+/raw", 1);
        assertThat(clients.isReady()).isFalse();

        broker = EmbeddedMqtt.start(folder, port);

        await().until(clients::isReady);
    }

    /** What is asked for with every connection, such as a password in a file, may be unfit at one of them. */
    @Test
    void aConnectionThatCannotEvenBeMadeIsTriedAgain() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Supplier<String> password = () -> {
            if (asked.getAndIncrement() == 0) {
                throw new IllegalStateException("unfit");
            }
            return "fit";
        };
        MqttSettings settings = new MqttSettings(
                broker.mqttUrl(),
                "caravan",
                password,
                () -> io.caravan.settings.TlsFiles.NONE,
                "caravan",
                "group",
                Duration.ofHours(1),
                false,
                100);
        MqttClients clients = new MqttClients(settings, inFlight, "test", 1, true);
        open.add(clients);
        clients.setCallback(new Callback((topic, message) -> {}));
        clients.subscribe("iot/+/raw", 1);

        await().until(clients::isReady);
        assertThat(asked).hasValueGreaterThan(1);
    }

    @Test
    void beyondTheBytesInFlightTheRestStaysAtTheBrokerUntilThereIsRoom() throws Exception {
        Consumer consumer = consumer(2, true, text -> false);
        String payload = "x".repeat(20_000);
        String[] texts = new String[40];
        Arrays.fill(texts, payload);
        publish("iot/d/raw", texts);

        await().until(inFlight::isFull);
        await().during(Duration.ofSeconds(1))
                .until(() ->
                        consumer.texts.size() <= 100_000 / payload.length() + 2 * SOCKET_BUFFER / payload.length());

        consumer.completeAll();
        await().until(() -> consumer.texts.size() == texts.length && consumer.clients.inFlight() == 0);
        assertThat(inFlight.isFull()).isFalse();
        assertThat(consumer.clients.isReady()).isTrue();
    }

    @Test
    void whatACrashedConnectionHeldCountsUntilItsExchangeHasEnded() throws Exception {
        Consumer consumer = consumer(1, true, text -> false);
        publish("iot/d/raw", "x".repeat(60_000), "x".repeat(60_000));
        await().until(inFlight::isFull);
        int port = broker.port();
        broker.close();
        broker = EmbeddedMqtt.start(folder, port);
        await().during(Duration.ofSeconds(2)).until(() -> !consumer.clients.isReady());

        consumer.completeAll();

        await().until(() -> consumer.texts.size() >= 4 && consumer.clients.inFlight() == 0);
        assertThat(inFlight.isFull()).isFalse();
    }

    @Test
    void aMessageThatIsNotTakenIsHandedInAgainAndHoldsUpNoOther() throws Exception {
        AtomicInteger refusals = new AtomicInteger(2);
        Consumer consumer = consumer(1, true, text -> {
            if (text.equals("b") && refusals.getAndDecrement() > 0) {
                throw new IllegalStateException("refused");
            }
            return true;
        });
        publish("iot/d/raw", "a", "b", "c");

        await().until(() -> consumer.texts.size() == 5 && consumer.clients.inFlight() == 0);
        assertThat(consumer.texts).containsExactly("a", "b", "c", "b", "b");
        consumer.leave();
        Consumer next = consumer(1, true, text -> true);
        publish("iot/d/raw", "d");
        await().until(() -> next.texts.contains("d"));
        assertThat(next.texts).as("all were acknowledged").containsExactly("d");
    }

    @Test
    void aBrokerThatSendsMoreAtOnceThanItMayIsRead() throws Exception {
        try (EagerBroker eager = new EagerBroker(1_000)) {
            MqttClients clients = new MqttClients(settings(eager.url()), inFlight, "test", 1, true);
            open.add(clients);
            Consumer consumer = new Consumer(clients, text -> true);
            clients.setCallback(new Callback(consumer::arrived));
            clients.subscribe("iot/+/raw", 1);

            await().until(eager::isEmpty);

            assertThat(consumer.texts).contains("1", "1000");
            clients.close();
        }
    }

    private Consumer consumer(int count, boolean shared, Predicate<String> completes) throws MqttException {
        Consumer consumer =
                new Consumer(new MqttClients(settings(broker.mqttUrl()), inFlight, "test", count, shared), completes);
        open.add(consumer.clients);
        consumer.clients.setCallback(new Callback(consumer::arrived));
        consumer.clients.subscribe("iot/+/raw, iot/+/+/raw", 1);
        await().until(consumer.clients::isReady);
        return consumer;
    }

    private Consumer consumer(String name, String topics, int count, Predicate<String> completes) throws MqttException {
        Consumer consumer =
                new Consumer(new MqttClients(settings(broker.mqttUrl()), inFlight, name, count, true), completes);
        open.add(consumer.clients);
        consumer.clients.setCallback(new Callback(consumer::arrived));
        consumer.clients.subscribe(topics, 1);
        await().until(consumer.clients::isReady);
        return consumer;
    }

    private static String[] numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toArray(String[]::new);
    }

    private static MqttSettings settings(String url) {
        return new MqttSettings(
                url,
                null,
                null,
                () -> io.caravan.settings.TlsFiles.NONE,
                "caravan",
                "group",
                Duration.ofHours(1),
                false,
                100);
    }

    private void publish(String topic, String... texts) {
        try (Publisher publisher = new Publisher(broker.mqttUrl())) {
            for (String text : texts) {
                publisher.send(topic, text, false);
            }
        }
    }

    private static boolean isForgetting() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("mqtt-forget-test"));
    }

    private boolean hasSession(String clientId) {
        Mqtt5BlockingClient client = Publisher.client(broker.mqttUrl(), clientId);
        boolean present = client.connectWith()
                .cleanStart(false)
                .sessionExpiryInterval(0)
                .send()
                .isSessionPresent();
        client.disconnect();
        return present;
    }

    /** Completes the messages whose text it is told to complete. */
    private static final class Consumer {

        private final MqttClients clients;
        private volatile Predicate<String> completes;
        private final List<String> texts = new CopyOnWriteArrayList<>();
        private final Map<Integer, String> handles = new ConcurrentHashMap<>();

        Consumer(MqttClients clients, Predicate<String> completes) {
            this.clients = clients;
            this.completes = completes;
        }

        void arrived(String topic, MqttMessage message) throws MqttException {
            String text = new String(message.getPayload(), UTF_8);
            assertThat(handles.put(message.getId(), text)).as("handles differ").isNull();
            texts.add(text);
            if (completes.test(text)) {
                clients.messageArrivedComplete(message.getId(), message.getQos());
            }
        }

        void completeAll() {
            completes = text -> true;
            handles.keySet().forEach(handle -> clients.messageArrivedComplete(handle, 1));
        }

        void leave() {
            clients.close();
        }
    }

    private record Publisher(Mqtt5BlockingClient client) implements AutoCloseable {

        Publisher(String url) {
            this(client(url, "publisher"));
            client.connect();
        }

        static Mqtt5BlockingClient client(String url, String id) {
            var address = java.net.URI.create(url);
            return MqttClient.builder()
                    .useMqttVersion5()
                    .identifier(id)
                    .serverHost(address.getHost())
                    .serverPort(address.getPort())
                    .buildBlocking();
        }

        void send(String topic, String text, boolean retain) {
            client.publishWith()
                    .topic(topic)
                    .payload(text.getBytes(UTF_8))
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .retain(retain)
                    .send();
        }

        @Override
        public void close() {
            client.disconnect();
        }
    }

    private interface Arrival {
        void of(String topic, MqttMessage message) throws MqttException;
    }

    private record Callback(Arrival arrival) implements MqttCallback {

        @Override
        public void messageArrived(String topic, MqttMessage message) throws Exception {
            arrival.of(topic, message);
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {}

        @Override
        public void mqttErrorOccurred(MqttException exception) {}

        @Override
        public void deliveryComplete(IMqttToken token) {}

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {}

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {}
    }
}
