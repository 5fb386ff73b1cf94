package io.caravan.it;

import static io.caravan.it.RunningCaravan.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.caravan.embedded.EmbeddedServers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A dialect is a change to a file as well, made while Caravan runs: its topics, its types and where its values stand. */
@ExtendWith(RealServers.class)
class MappedDialectsIT {

    private static final Pattern ROUTES = Pattern.compile("(\\d+) route\\(s\\) run");

    @Test
    void aDialectOfTheRegistryIsReadFromTheMomentItStandsThereUntilItIsRemoved(EmbeddedServers servers)
            throws Exception {
        try (Folder folder = Folder.create();
                MqttDevice device = MqttDevice.mqtt5(servers.mqttUrl())) {
            Path file = folder.path().resolve("device-registry.json");
            Files.copy(
                    Path.of("config", "device-registry.schema.json"),
                    folder.path().resolve("device-registry.schema.json"));
            Files.copy(Path.of("config", "device-registry.json"), file);
            device.retain("tele/before/LWT", "Offline");
            try (RestartedCaravan caravan =
                    new RestartedCaravan(servers, folder.path(), Map.of("caravan.registry.file", file.toString()))) {
                Api api = caravan.api();
                await().until(api::isReady);
                shippedOnesAreRead(device, api);
                int routes = routes(api);

                declare(file, "weather/{device}/obs");
                await().untilAsserted(() -> {
                    device.publish("weather/roof/obs", observation(1));
                    assertThat(wind(api)).containsExactly(1);
                });
                await().until(() -> routes(api) == routes + 1);
                await().untilAsserted(() -> assertThat(api.json("/api/devices/roof/latest"))
                        .anySatisfy(latest -> {
                            assertThat(latest.get("metric").textValue()).isEqualTo("wind");
                            assertThat(latest.get("unit").textValue()).isEqualTo("m/s");
                            assertThat(latest.get("quality").textValue()).isEqualTo("GOOD");
                        }));

                declare(file, "wetter/{device}/obs");
                await().untilAsserted(() -> {
                    device.publish("wetter/roof/obs", observation(2));
                    assertThat(wind(api)).containsExactly(2, 1);
                });
                device.publish("weather/roof/obs", observation(3));

                caravan.kill();
                device.publish("wetter/roof/obs", observation(4));
                caravan.start();
                await().until(api::isReady);
                await().untilAsserted(() -> assertThat(wind(api)).containsExactly(4, 2, 1));

                Files.copy(
                        Path.of("config", "device-registry.json"),
                        file,
                        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                await().until(() -> routes(api) == routes && caravan.output().contains("no longer subscribed"));
                device.publish("wetter/roof/obs", observation(5));
                writtenByAnotherIngest(servers, "wetter/roof/obs", observation(6));
                writtenByAnotherIngest(servers, "hub/up", hub("x", "y", ""));
                await().untilAsserted(() -> assertThat(api.all("/api/dead-letters?reason=unknown-dialect"))
                        .extracting(letter -> letter.get("text").asText())
                        .contains(observation(6), hub("x", "y", "")));

                declare(file, "wetter/{device}/obs");
                await().until(() -> routes(api) == routes + 1);
                api.post("/api/dead-letters/replay?reason=unknown-dialect", "");
                await().untilAsserted(() -> {
                    device.publish("wetter/roof/obs", observation(7));
                    assertThat(wind(api)).containsExactly(7, 6, 4, 2, 1);
                });
                rowsAreMessagesOfTheirOwn(device, api);
                whatHasNoValueIsIgnoredWhereTheRegistrySaysSo(device, api, file);
                nothingIsLostWhenADialectIsPutBeforeAnother(device, api, file);
            }
        }
    }

    private static void shippedOnesAreRead(MqttDevice device, Api api) throws Exception {
        device.publish(
                "tele/kettle/SENSOR",
                "{\"Time\":\"2026-03-01T12:30:05\",\"ENERGY\":{\"Power\":1987,\"Total\":52.811},\"TempUnit\":\"C\"}");
        device.publish("shellyplus1pm-1/status/switch:0", "{\"id\":0,\"output\":true,\"apower\":8.9}");
        device.publish("zigbee2mqtt/hall/door", "{\"contact\":false,\"battery\":97}");
        device.publish("zigbee2mqtt/bridge/state", "{\"state\":\"online\"}");
        device.publish("iot/status/status", "{\"status\":\"online\"}");
        await().untilAsserted(() -> {
            device.publish("shellyplus1pm-1/online", "false"); // comes on another connection than what was measured
            assertThat(api.json("/api/readings?device=kettle&metric=ENERGY.Power")
                            .at("/0/unit")
                            .asText())
                    .isEqualTo("W");
            assertThat(api.json("/api/readings?device=shellyplus1pm-1&metric=switch:0.apower"))
                    .hasSize(1);
            assertThat(api.json("/api/devices/hall%2Fdoor/latest")).hasSize(2);
            assertThat(api.json("/api/devices/shellyplus1pm-1").get("online").asBoolean(true))
                    .isFalse();
            assertThat(api.json("/api/events?device=shellyplus1pm-1")
                            .at("/0/body/status")
                            .asText())
                    .isEqualTo("false");
            assertThat(api.json("/api/devices/before").get("online").asBoolean(true))
                    .as("what was retained")
                    .isFalse();
            assertThat(api.json("/api/events?device=status")).hasSize(1);
        });
        assertThat(api.all("/api/dead-letters"))
                .extracting(letter -> letter.path("topic").asText())
                .noneMatch(topic -> topic.matches("(tele|shelly|zigbee2mqtt|iot/status).*"));
    }

    /** A replay of several in one, of which one cannot be used, and such a message that is new. */
    private static void rowsAreMessagesOfTheirOwn(MqttDevice device, Api api) throws Exception {
        await().untilAsserted(() -> {
            for (String id : List.of("x", "y")) {
                assertThat(api.json("/api/readings?device=" + id + "&metric=wind"))
                        .hasSize(1);
            }
            assertThat(api.all("/api/dead-letters?reason=invalid-id"))
                    .singleElement()
                    .satisfies(letter -> {
                        assertThat(letter.get("text").asText()).isEqualTo(hub("x", "y", ""));
                        assertThat(letter.get("state").asText()).isEqualTo("open");
                        assertThat(letter.get("attempts").asInt()).isEqualTo(2);
                    });
        });
        device.publish("hub/up", hub("y", "", "z"));
        device.publish("hub/both/w", "{\"t\":1795000600,\"wind\":3,\"kept\":[{\"t\":1795000000,\"wind\":1}]}");
        await().untilAsserted(() -> {
            assertThat(api.json("/api/readings?device=z&metric=wind")).hasSize(1);
            assertThat(api.json("/api/readings?device=w"))
                    .as("what it measured, then what it has kept")
                    .extracting(reading -> reading.get("metric").textValue(), reading -> reading.get("value")
                            .asInt())
                    .containsExactly(tuple("wind", 3), tuple("wind", 1));
            assertThat(api.json("/api/readings?device=y&metric=wind"))
                    .as("the same row is the same reading")
                    .hasSize(1);
            assertThat(api.all("/api/dead-letters?reason=invalid-id"))
                    .extracting(letter -> letter.get("text").asText())
                    .containsExactlyInAnyOrder(hub("x", "y", ""), hub(""));
            // in all it is that of everybody who has used these servers
            assertThat(api.json("/api/ledger").get("stages"))
                    .allSatisfy(stage -> assertThat(stage.get("balanced").asBoolean())
                            .as(stage.toString())
                            .isTrue());
        });
    }

    /** A keep-alive is a dead letter; once it is declared to be none, it is counted, and so is the replay of the dead letter. */
    private static void whatHasNoValueIsIgnoredWhereTheRegistrySaysSo(MqttDevice device, Api api, Path file)
            throws Exception {
        device.publish("hub/up", "{\"alive\":1}");
        await().untilAsserted(() -> assertThat(api.all("/api/dead-letters?reason=empty-message&dialect=weather"))
                .singleElement());
        Files.writeString(file, Files.readString(file).replace("\"hub/up\":{", "\"hub/up\":{\"empty\":\"ignore\","));
        await().untilAsserted(() -> {
            api.post("/api/dead-letters/replay?reason=empty-message&dialect=weather", "");
            assertThat(api.all("/api/dead-letters?reason=empty-message&dialect=weather&state=resolved"))
                    .singleElement();
        });
        device.publish("hub/up", "{\"alive\":2}");
        device.publish("hub/up", "");
        await().untilAsserted(() -> {
            JsonNode ledger = api.json("/api/ledger");
            assertThat(ledger.at("/stages/0/ignored").longValue())
                    .as("two, and the replay of the first")
                    .isEqualTo(3);
            assertThat(ledger.at("/stages/0/balanced").asBoolean()).isTrue();
            assertThat(ledger.at("/all/ignored").longValue()).isEqualTo(3);
        });
        assertThat(api.all("/api/dead-letters?reason=empty-message&dialect=weather"))
                .singleElement();
    }

    private static void nothingIsLostWhenADialectIsPutBeforeAnother(MqttDevice device, Api api, Path file)
            throws Exception {
        ObjectNode registry = (ObjectNode) Api.MAPPER.readTree(file.toFile());
        ObjectNode dialects = registry.withObject("/dialects");
        ObjectNode before = Api.MAPPER.createObjectNode();
        before.set(
                "gusts",
                Api.MAPPER.readTree("{\"topics\":{\"wetter/roof/obs\":{\"device\":\"roof\","
                        + "\"timestamp\":\"$.at.utc\",\"values\":{\"gust\":\"$.data[0]['wind speed']\"}}}}"));
        before.setAll(dialects);
        registry.set("dialects", before);
        Files.writeString(file, registry.toString());
        Set<Integer> sent = new HashSet<>();
        await().until(() -> {
            for (int i = 0; i < 20; i++) {
                int number = 1_000 + sent.size();
                device.publish("wetter/roof/obs", observation(number));
                sent.add(number);
            }
            return values(api, "gust").size() > 100;
        });
        await().untilAsserted(() -> {
            Set<Integer> stored = new HashSet<>(values(api, "gust"));
            stored.addAll(values(api, "wind"));
            assertThat(stored).containsAll(sent);
        });
        await().until(() -> {
            int number = 1_000 + sent.size();
            device.publish("wetter/roof/obs", observation(number));
            sent.add(number);
            await().until(() -> values(api, "gust").contains(number));
            return !values(api, "wind").contains(number);
        });
    }

    /** A message of a hub that has heard of devices at the same moment. */
    private static String hub(String... devices) {
        StringJoiner rows = new StringJoiner(",", "{\"rows\":[", "],\"t\":1795000000}");
        for (String device : devices) {
            rows.add("{\"id\":\"" + device + "\",\"wind\":1}");
        }
        return rows.toString();
    }

    /** Writes a registry with one dialect more. */
    private static void declare(Path file, String topic) throws Exception {
        ObjectNode registry = (ObjectNode)
                Api.MAPPER.readTree(Path.of("config", "device-registry.json").toFile());
        registry.withObject("/device_types")
                .set(
                        "weather_station",
                        Api.MAPPER.readTree("{\"name\":\"Weather Station\",\"update_frequency\":\"1_minute\","
                                + "\"measurements\":{\"wind\":{\"unit\":\"m/s\",\"min_value\":0,\"max_value\":80}}}"));
        registry.withObject("/dialects")
                .set(
                        "weather",
                        Api.MAPPER.readTree("{\"topics\":{\"" + topic + "\":{\"device_type\":\"weather_station\","
                                + "\"timestamp\":\"$.at.utc\",\"values\":{\"wind\":\"$.data[0]['wind speed']\"}},"
                                + "\"hub/both/{device}\":{\"timestamp\":\"$.t\",\"rows\":{\"path\":\"$.kept\",\"timestamp\":\"@.t\"}},"
                                + "\"hub/up\":{\"rows\":\"$.rows\",\"device\":\"@.id\",\"timestamp\":\"$.t\"}}}"));
        Files.writeString(file, registry.toString());
    }

    private static String observation(int number) {
        return "{\"at\":{\"utc\":" + (1_795_000_000 + number) + "},\"data\":[{\"wind speed\":" + number + ",\"x\":0}]}";
    }

    /** The wind that is stored, newest first. */
    private static List<Integer> wind(Api api) throws Exception {
        return values(api, "wind");
    }

    private static List<Integer> values(Api api, String metric) throws Exception {
        return api.all("/api/readings?device=roof&metric=" + metric).stream()
                .filter(reading -> reading.has("value")) // nobody knows the device at first
                .map(reading -> reading.get("value").asInt())
                .toList();
    }

    private static int routes(Api api) throws Exception {
        for (JsonNode check : api.json("/readyz").get("checks")) {
            Matcher matcher = ROUTES.matcher(check.path("detail").asText());
            if (check.get("name").textValue().equals("ingest") && matcher.find()) {
                return Integer.parseInt(matcher.group(1));
            }
        }
        return -1;
    }

    private static void writtenByAnotherIngest(EmbeddedServers servers, String topic, String payload) throws Exception {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", servers.kafkaBrokers()),
                new StringSerializer(),
                new ByteArraySerializer())) {
            ProducerRecord<String, byte[]> message =
                    new ProducerRecord<>("iot.raw", "default/roof", payload.getBytes(UTF_8));
            message.headers().add("dialect", "weather".getBytes(UTF_8));
            message.headers().add("mqtt-topic", topic.getBytes(UTF_8));
            message.headers().add("received-at", "1795200000000000".getBytes(UTF_8));
            producer.send(message).get();
        }
    }
}
