package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.embedded.EmbeddedServers;
import io.caravan.kafka.WatchedConsumers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What devices send stands as live windows on the topic of aggregates, and the settled windows say the same. */
@ExtendWith(RealServers.class)
class LiveWindowsIT {

    private static final String AGGREGATES = "live-windows.aggregates";
    /** A minute that is over, and that begins a quarter of an hour. */
    private static final Instant MINUTE =
            Instant.ofEpochSecond(Instant.now().minus(30, ChronoUnit.MINUTES).getEpochSecond() / 900 * 900);

    private static RunningCaravan caravan;
    private static MqttDevice mqtt;
    private static KafkaLog kafka;
    private static String brokers;

    @BeforeAll
    static void start(EmbeddedServers servers) throws Exception {
        // topics of its own: of those that were read in part before, no window of the past is whole
        caravan = RunningCaravan.ready(
                servers,
                Map.of("caravan.topic.enriched", "live-windows.enriched", "caravan.topic.aggregates", AGGREGATES));
        mqtt = MqttDevice.mqtt5(servers.mqttUrl());
        brokers = servers.kafkaBrokers();
        kafka = new KafkaLog(brokers);
    }

    @AfterAll
    static void stop() {
        if (mqtt != null) {
            mqtt.close();
        }
        if (caravan != null) {
            caravan.close();
        }
    }

    @Test
    void theWindowOfABreakerIsPublishedOnceItsTimeHasPassedAndTheSettledOneIsTheSame() throws Exception {
        breaker("live-breaker", 5, 120.5, 10);
        breaker("live-breaker", 1, 121.5, 20);
        breaker("live-breaker", 59, 119.0, 30);
        breaker("live-breaker", 65, 500, 500);

        List<JsonNode> windows = windows("live-breaker", "1m", false, 2);

        JsonNode voltage = named(windows, "voltage.phase_a");
        assertThat(voltage.get("start").textValue()).isEqualTo(MINUTE.toString().replace("Z", ".000000Z"));
        assertThat(voltage.get("count").intValue()).isEqualTo(3);
        assertThat(voltage.get("sum").doubleValue()).isEqualTo(361);
        assertThat(voltage.get("min").doubleValue()).isEqualTo(119);
        assertThat(voltage.get("max").doubleValue()).isEqualTo(121.5);
        assertThat(voltage.get("first").doubleValue()).isEqualTo(121.5);
        assertThat(voltage.get("last").doubleValue()).isEqualTo(119);
        assertThat(named(windows, "current").get("stddev").doubleValue()).isEqualTo(10);

        // one of readings this old is settled at once, maybe before the last of them is stored, and then again
        await().untilAsserted(() -> {
            List<JsonNode> settled = windows("live-breaker", "1m", true, 2);
            for (String metric : List.of("voltage.phase_a", "current")) {
                assertThat(withoutSettled(newest(settled, metric))).isEqualTo(withoutSettled(named(windows, metric)));
            }
            assertThat(counter("caravan_windows_equal_total{window=\"1m\"}")).isGreaterThanOrEqualTo(2);
        });
    }

    @Test
    void theWindowOfABuildingSensorThatFallsSilentIsPublished() {
        building("live-silent", 59.7, 21.5);

        assertThat(windows("live-silent", "1m", false, 1))
                .extracting(window -> window.get("avg").doubleValue())
                .containsExactly(21.5);
    }

    @Test
    void aDeviceWhoseClockRunsAheadHarmsNobody() {
        building("live-right", 1, 20);
        building("live-ahead", 1_500, 1);
        building("live-ahead", 1_600, 1);
        windows("live-ahead", "1m", false, 1);

        building("live-right", 30, 22);
        building("live-right", 65, 99);

        assertThat(windows("live-right", "1m", false, 1))
                .first()
                .extracting(window -> window.get("avg").doubleValue())
                .isEqualTo(21.0);
    }

    @Test
    void aConsumerTellsWhichPartitionsItsGroupHasTakenAway() {
        Set<TopicPartition> left = ConcurrentHashMap.newKeySet();
        WatchedConsumers consumers = new WatchedConsumers(1_000_000);
        consumers.onLeave(group().getProperty("group.id"), left::addAll);
        try (Consumer<?, ?> first = consumers.getConsumer(group());
                Consumer<?, ?> second = consumers.getConsumer(group())) {
            first.subscribe(List.of(AGGREGATES), new Silent());
            await().until(() -> {
                first.poll(Duration.ofMillis(50));
                return first.assignment().size() > 1;
            });
            Set<TopicPartition> all = Set.copyOf(first.assignment());
            assertThat(left).isEmpty();

            second.subscribe(List.of(AGGREGATES), new Silent());
            await().until(() -> {
                first.poll(Duration.ofMillis(50));
                second.poll(Duration.ofMillis(50));
                return !second.assignment().isEmpty();
            });

            assertThat(left).isSubsetOf(all).containsAll(second.assignment());
        }
    }

    private static final class Silent implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            // told to the one that watches
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            // nobody asks
        }
    }

    private static Properties group() {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", brokers);
        properties.put("group.id", "watched");
        properties.put("key.deserializer", ByteArrayDeserializer.class.getName());
        properties.put("value.deserializer", ByteArrayDeserializer.class.getName());
        return properties;
    }

    private static void breaker(String device, double second, double voltage, double current) {
        mqtt.publish(
                "iot/" + device + "/raw",
                """
                {"device_type":"smart_breaker","timestamp":"%s","measurements":{"voltage":{"phase_a":%s,"unit":"V"},"current":%s}}"""
                        .formatted(at(second), voltage, current));
    }

    private static void building(String device, double second, double temperature) {
        mqtt.publish(
                "building/room/data",
                """
                {"deviceId":"%s","tenant_id":"default","timestamp":%d,"temperature":%s}"""
                        .formatted(device, at(second).toEpochMilli(), temperature));
    }

    private static Instant at(double second) {
        return MINUTE.plusMillis(Math.round(second * 1_000));
    }

    /** The windows of a device, as soon as there are that many. */
    private static List<JsonNode> windows(String device, String width, boolean settled, int atLeast) {
        List<ConsumerRecord<String, byte[]>> found = kafka.read(AGGREGATES, atLeast, candidate -> {
            JsonNode window = json(candidate);
            return candidate.key().equals("default/" + device)
                    && window.get("window").textValue().equals(width)
                    && window.get("settled").booleanValue() == settled;
        });
        assertThat(found).as(device).hasSizeGreaterThanOrEqualTo(atLeast);
        return found.stream().map(LiveWindowsIT::json).toList();
    }

    private static JsonNode named(List<JsonNode> windows, String metric) {
        return windows.stream()
                .filter(window -> window.get("metric").textValue().equals(metric))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode newest(List<JsonNode> windows, String metric) {
        return windows.stream()
                .filter(window -> window.get("metric").textValue().equals(metric)
                        && window.get("start")
                                .textValue()
                                .equals(MINUTE.toString().replace("Z", ".000000Z")))
                .reduce((older, newer) -> newer)
                .orElseThrow();
    }

    private static JsonNode withoutSettled(JsonNode window) {
        return ((ObjectNode) window.deepCopy()).without("settled");
    }

    private static JsonNode json(ConsumerRecord<String, byte[]> message) {
        try {
            return Api.MAPPER.readTree(message.value());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double counter(String name) throws Exception {
        var line = Pattern.compile("(?m)^" + Pattern.quote(name) + " (\\S+)$").matcher(caravan.metrics());
        assertThat(line.find()).as(name).isTrue();
        return Double.parseDouble(line.group(1));
    }
}
