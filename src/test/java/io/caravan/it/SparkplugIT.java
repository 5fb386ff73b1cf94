package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import io.caravan.embedded.EmbeddedServers;
import io.caravan.sparkplug.Tahu;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.tahu.message.SparkplugBPayloadDecoder;
import org.eclipse.tahu.message.model.MetricDataType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An edge node with a device, from its birth to its death, over restarts of the application, by Tahu's encoder. */
class SparkplugIT {

    private static final String STATE = "spBv1.0/STATE/caravan-it";
    private static final String READINGS =
            "SELECT concat_ws('|', device_id, metric, ts, seq, value, unit, quality) FROM"
                    + " readings WHERE tenant_id = 'plant' ORDER BY 1";

    private Folder folder;
    private EmbeddedServers servers;
    private Rows rows;
    private Mqtt3AsyncClient node;
    private final List<String> commands = new CopyOnWriteArrayList<>();
    private final List<String> states = new CopyOnWriteArrayList<>();
    private RunningCaravan caravan;
    private long clock = System.currentTimeMillis() - 100_000;

    @BeforeEach
    void start() throws Exception {
        folder = Folder.create();
        servers = EmbeddedServers.start(folder.path(), EmbeddedServers.Ports.ANY);
        rows = new Rows(servers);
        URI broker = URI.create(servers.mqttUrl());
        node = MqttClient.builder()
                .useMqttVersion3()
                .serverHost(broker.getHost())
                .serverPort(broker.getPort())
                .buildAsync();
        node.connect().join();
        subscribe("spBv1.0/plant/NCMD/edge", payload -> commands.add(commandIn(payload)));
        subscribe(STATE, payload -> states.add(new String(payload, UTF_8).replaceAll("\\d+", "T")));
        startCaravan();
    }

    private void subscribe(String filter, java.util.function.Consumer<byte[]> receiver) {
        node.subscribeWith()
                .topicFilter(filter)
                .qos(MqttQos.AT_LEAST_ONCE)
                .callback(message -> receiver.accept(message.getPayloadAsBytes()))
                .send()
                .join();
    }

    private static String commandIn(byte[] payload) {
        try {
            var metric = new SparkplugBPayloadDecoder()
                    .buildFromByteArray(payload, null)
                    .getMetrics()
                    .get(0);
            return metric.getName() + '=' + metric.getValue();
        } catch (Exception e) {
            return e.toString();
        }
    }

    private void startCaravan() throws Exception {
        caravan = RunningCaravan.ready(
                servers,
                Map.of(
                        "caravan.sparkplug.host-id",
                        "caravan-it",
                        "caravan.sparkplug.rebirth-interval",
                        "1s",
                        "caravan.sparkplug.reorder-timeout",
                        "200ms"));
    }

    @AfterEach
    void stop() throws Exception {
        if (caravan != null) {
            caravan.close();
        }
        node.disconnect().join();
        servers.close();
        folder.close();
    }

    private void publish(String type, byte[] payload) {
        node.publishWith()
                .topic("spBv1.0/plant/" + type)
                .qos(MqttQos.AT_MOST_ONCE) // as Sparkplug wants it
                .payload(payload)
                .send()
                .join();
    }

    private void bear(int seq, long bdSeq, boolean withPressure) {
        publish(
                "NBIRTH/edge",
                Tahu.nodeBirth(++clock, seq, bdSeq)
                        .with("Uptime", 1L, MetricDataType.UInt32, 10L)
                        .bytes());
        Tahu device = Tahu.payload(++clock, seq + 1)
                .with("Inlet/Temperature", 2L, MetricDataType.Float, 21.3f)
                .with("Serial", 3L, MetricDataType.String, "A-1");
        if (withPressure) {
            device.with("Pressure", 4L, MetricDataType.Int16, (short) -1);
        }
        publish("DBIRTH/edge/pump", device.bytes());
    }

    private void temperature(int seq, float value) {
        publish(
                "DDATA/edge/pump",
                Tahu.payload(++clock, seq)
                        .with(null, 2L, MetricDataType.Float, value)
                        .data());
    }

    private void pressure(int seq, int value) {
        publish(
                "DDATA/edge/pump",
                Tahu.payload(++clock, seq)
                        .with(null, 4L, MetricDataType.Int16, (short) value)
                        .data());
    }

    @Test
    void fromBirthToDeath() throws Exception {
        await().untilAsserted(() -> assertThat(states).contains("{\"online\":true,\"timestamp\":T}"));
        LostDevice will =
                LostDevice.connect(servers.mqttUrl(), "edge", "spBv1.0/plant/NDEATH/edge", Tahu.nodeDeath(clock, 5));
        bear(0, 5, false);
        awaitReadings("edge/pump", "Inlet/Temperature", "21.3");
        temperature(2, 22.4f);
        publish(
                "NDATA/edge",
                Tahu.payload(++clock, 3)
                        .with(null, 1L, MetricDataType.UInt32, 4_294_967_295L)
                        .data());
        awaitReadings("edge/pump", "Inlet/Temperature", "21.3", "22.4");
        awaitReadings("edge", "Uptime", "10.0", "4.294967295E9");
        await().untilAsserted(() -> assertThat(online("edge/pump")).isTrue());

        caravan.close();
        await().untilAsserted(() -> assertThat(states).last().isEqualTo("{\"online\":false,\"timestamp\":T}"));
        startCaravan();
        temperature(4, 23.5f);
        awaitReadings("edge/pump", "Inlet/Temperature", "21.3", "22.4", "23.5");
        assertThat(commands).as("the birth is known from before the restart").isEmpty();

        temperature(6, 24.6f); // 5 is missing
        await().untilAsserted(() -> assertThat(commands).contains("Node Control/Rebirth=true"));
        pressure(7, -300);
        await().untilAsserted(() ->
                assertThat(rows.list("SELECT reason FROM dead_letters")).containsExactly("unknown-alias"));
        bear(8, 5, true);
        pressure(10, -299);
        awaitReadings("edge/pump", "Pressure", "-300.0", "-1.0", "-299.0"); // the first one by itself

        will.breakConnection();
        await().untilAsserted(() -> {
            assertThat(online("edge")).isFalse();
            assertThat(online("edge/pump")).isFalse();
        });
        assertThat(rows.list("SELECT DISTINCT kind FROM events WHERE tenant_id = 'plant' ORDER BY 1"))
                .containsExactly("sparkplug.dbirth", "sparkplug.nbirth", "sparkplug.ndeath");

        List<String> before = rows.list(READINGS);
        int asked = commands.size();
        caravan.close();
        readAgain();
        startCaravan();
        await().untilAsserted(() ->
                assertThat(rows.count("SELECT attempts FROM dead_letters")).isEqualTo(2));
        awaitLagZero();
        assertThat(rows.list(READINGS)).isEqualTo(before);
        assertThat(online("edge/pump")).isFalse();
        assertThat(commands).as("history asks nobody").hasSize(asked);
    }

    private void awaitReadings(String device, String metric, String... values) {
        await().untilAsserted(() -> assertThat(rows
                        .list("SELECT value FROM readings WHERE tenant_id = 'plant' AND device_id = '" + device
                                + "' AND metric = '" + metric + "' ORDER BY ts")
                        .stream()
                        .map(value -> Double.toString(Double.parseDouble(value)))
                        .toList())
                .containsExactly(values));
    }

    private boolean online(String device) throws Exception {
        for (JsonNode state : caravan.api().json("/api/presence?tenant=plant")) {
            if (state.get("device_id").textValue().equals(device)) {
                return state.get("online").booleanValue();
            }
        }
        throw new AssertionError(device + " is not among the devices");
    }

    /** Has the stage enrich begin from the first record again. */
    private void readAgain() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers.kafkaBrokers()))) {
            Set<TopicPartition> partitions = admin.listConsumerGroupOffsets("caravan-enrich")
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .keySet();
            Map<TopicPartition, OffsetAndMetadata> first = partitions.stream()
                    .collect(Collectors.toMap(partition -> partition, partition -> new OffsetAndMetadata(0)));
            await().ignoreExceptions().untilAsserted(() -> admin.alterConsumerGroupOffsets("caravan-enrich", first)
                    .all()
                    .get());
        }
    }

    private void awaitLagZero() {
        await().untilAsserted(() -> {
            JsonNode ledger = caravan.api().json("/api/ledger");
            assertThat(ledger.toString()).contains("\"in_flight\":0").doesNotContainPattern("\"in_flight\":[1-9]");
        });
    }
}
