package io.caravan.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class SimulatorIT {

    @Test
    void whatTheBrokerAcknowledgesArrivesAtASubscriber() throws Exception {
        try (TestBroker broker = new TestBroker()) {
            Map<String, AtomicInteger> received = subscribe(broker, "iot/#");
            Run run = run("--family environment --devices 5 --rate 20 --duration 2s --mqtt " + broker.url());

            assertThat(run.exitCode).isZero();
            assertThat(run.err).isEmpty();
            String summary = run.out.lines().reduce((first, second) -> second).orElseThrow();
            assertThat(summary).matches("sent (\\d+)  acknowledged \\1  rate .*");
            int sent = Integer.parseInt(summary.split("\\s+")[1]);
            assertThat(sent).isBetween(5, 205);
            await().untilAsserted(() -> assertThat(received.values().stream()
                            .mapToInt(AtomicInteger::get)
                            .sum())
                    .isEqualTo(sent));
            assertThat(received).hasSize(5);
        }
    }

    @Test
    void aBrokerThatIsNotThereIsOneClearLineAndExitCodeOne() throws Exception {
        int port = TestBroker.freePort();
        Run run = run("--family building --mqtt tcp://127.0.0.1:" + port);
        assertThat(run.exitCode).isOne();
        assertThat(run.err.lines()).hasSize(1);
        assertThat(run.err).startsWith("Cannot connect to the MQTT broker at 127.0.0.1:" + port);
    }

    @Test
    void anApiThatIsNotThereIsOneClearLineAndExitCodeOne() throws Exception {
        String url = "http://127.0.0.1:" + TestBroker.freePort() + "/api/ingest";
        Run run = run("--family events --url " + url);
        assertThat(run.exitCode).isOne();
        assertThat(run.err.lines()).hasSize(1);
        assertThat(run.err).startsWith("Nobody answers at " + url);
    }

    @Test
    void aWrongOptionIsNamed() {
        assertThat(run("--family building --rate 0").err).startsWith("--rate must be");
        assertThat(run("--family building --devices 0").err).startsWith("--devices must be");
        assertThat(run("--family building --burst").err).startsWith("--burst: building devices do not");
        assertThat(run("--family boat").err).contains("--family").contains("smart-breaker");
        assertThat(run("--family building --kafka localhost:1").err)
                .startsWith("--kafka and --url are for events only");
        assertThat(run("--family events --kafka localhost:1 --url http://localhost").err)
                .startsWith("--kafka and --url exclude each other");
        assertThat(run("--family events --url nonsense").err).startsWith("The URL must look like");
        Run run = run("--family building --duration soon");
        assertThat(run.err).contains("--duration").contains("'soon' is no duration");
        assertThat(run.exitCode).isEqualTo(2);
        assertThat(run("--family building --mqtt localhost").err).contains("tcp://127.0.0.1:1883");
    }

    @Test
    void aBrokerThatGoesAwayAndComesBackIsTakenUpAgain() throws Exception {
        try (TestBroker broker = new TestBroker();
                Simulator simulator = new Simulator(new BuildingSensors(new SplittableRandom(1)), 2, 50)) {
            simulator.start(broker.url());
            await().until(() -> simulator.acknowledged() > 20);
            broker.stop();
            await().until(() -> !simulator.connected());
            broker.start();
            await().until(simulator::connected);
            long before = simulator.acknowledged();
            await().until(() -> simulator.acknowledged() > before + 20);
            assertThat(simulator.failed())
                    .as("what waited is sent, though the broker forgot the session")
                    .isZero();
        }
    }

    private static Map<String, AtomicInteger> subscribe(TestBroker broker, String filter) {
        Map<String, AtomicInteger> received = new ConcurrentHashMap<>();
        URI url = URI.create(broker.url());
        Mqtt5AsyncClient client = MqttClient.builder()
                .useMqttVersion5()
                .serverHost(url.getHost())
                .serverPort(url.getPort())
                .buildAsync();
        client.connect().join();
        client.subscribeWith()
                .topicFilter(filter)
                .qos(MqttQos.AT_LEAST_ONCE)
                .callback(
                        publish -> received.computeIfAbsent(publish.getTopic().toString(), topic -> new AtomicInteger())
                                .incrementAndGet())
                .send()
                .join();
        return received;
    }

    private static Run run(String arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = new CommandLine(new SimulateCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.split(" "));
        return new Run(exitCode, out.toString(), err.toString());
    }

    private record Run(int exitCode, String out, String err) {}
}
