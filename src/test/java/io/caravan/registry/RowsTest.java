package io.caravan.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.caravan.decode.Decoded;
import io.caravan.decode.Decoder;
import io.caravan.decode.Measured;
import io.caravan.decode.Promises;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Undecodable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that hold several, with payloads as gateways' makers document them. */
class RowsTest {

    @TempDir
    Path folder;

    /** What the Minew G1 publishes: an array of all that it has heard since the last one, itself first. */
    @Test
    void aGatewayTellsOfSeveralDevicesInOneArray() throws Exception {
        Decoder decoder = decoder(
                "gw/+/status", "'rows':'$','device':'@.mac','timestamp':'@.timestamp','ignore':['@.type','@.bleName']");

        List<Decoded> rows = decode(
                decoder,
                "gw/ac233fc00152/status",
                "[{'timestamp':'2018-12-19T08:46:17Z','type':'Gateway','mac':'AC233FC00152','gatewayFree':93,'gatewayLoad':0.12},"
                        + "{'timestamp':'2018-12-19T08:46:16Z','type':'S1','mac':'AC233FA03D0C','bleName':'','rssi':-48,"
                        + "'battery':100,'temperature':25.5,'humidity':44.2}]");

        assertThat(rows)
                .extracting(Decoded::device, Decoded::timestamp)
                .containsExactly(
                        tuple("AC233FC00152", 1_545_209_177_000_000L), tuple("AC233FA03D0C", 1_545_209_176_000_000L));
        assertThat(values(rows.get(0))).containsExactly("gatewayFree 93.0", "gatewayLoad 0.12");
        assertThat(values(rows.get(1)))
                .containsExactly("rssi -48.0", "battery 100.0", "temperature 25.5", "humidity 44.2");
        assertThat(rows.get(1).measurements().text())
                .isEqualTo("{\"rssi\":-48,\"battery\":100,\"temperature\":25.5,\"humidity\":44.2}");
    }

    /** ThingsBoard's telemetry upload: samples of one device, each with its time. */
    @Test
    void aDeviceSendsSeveralTimesInOneArray() throws Exception {
        Decoder decoder = decoder("meters/{device}/telemetry", "'rows':'$','timestamp':'@.ts','values':'@.values'");

        List<Decoded> rows = decode(
                decoder,
                "meters/m-1/telemetry",
                "[{'ts':1451649600512,'values':{'power':1}},{'ts':1451649601512,'values':{'power':2}}]");

        assertThat(rows)
                .extracting(
                        Decoded::device, Decoded::timestamp, row -> values(row).get(0))
                .containsExactly(
                        tuple("m-1", 1_451_649_600_512_000L, "power 1.0"),
                        tuple("m-1", 1_451_649_601_512_000L, "power 2.0"));
        assertThat(rows.get(0).sequence()).isNotEqualTo(rows.get(1).sequence());
    }

    /** Kepware's IoT Gateway: a tag in each row, with its name, value, quality and time. */
    @Test
    void aRowSaysWhatItsMetricIsCalledAndTheMessageAroundItWhatIsAllOfTheirs() throws Exception {
        Decoder decoder = decoder(
                "iotgateway/{device}",
                "'rows':'$.values','metric':'@.id','timestamp':'@.t','values':'@.v','site':'$.plant'");

        List<Decoded> rows = decode(
                decoder,
                "iotgateway/line-4",
                "{'timestamp':1485962400000,'values':[{'v':42,'q':true,'t':1485962399000,'id':'Press.Force'},"
                        + "{'id':'Press.Closed','v':true,'q':true,'t':1485962398000}],'plant':'north'}");

        assertThat(rows)
                .extracting(Decoded::device, Decoded::site, Decoded::timestamp, RowsTest::values)
                .containsExactly(
                        tuple("line-4", "north", 1_485_962_399_000_000L, List.of("Press.Force 42.0")),
                        tuple("line-4", "north", 1_485_962_398_000_000L, List.of("Press.Closed 1.0")));
        assertThat(rows.get(0).measurements().text()).isEqualTo("{\"Press.Force\":42}");
    }

    /** What Ruuvi Gateway posts: its tags by their addresses. */
    @Test
    void rowsAreTheMembersOfAnObjectAndTheirNamesTheDevices() throws Exception {
        Decoder decoder = decoder(
                "ruuvi/+",
                "'rows':'$.data.tags','device':'@~','timestamp':'@.timestamp','zone':'$.data.gw_mac','ignore':['@.data']");

        List<Decoded> rows = decode(
                decoder,
                "ruuvi/history",
                "{'data':{'coordinates':'','timestamp':1656266500,'gw_mac':'F2:1A:44:C8:11:02','tags':{"
                        + "'D3:75:8A:2E:33:10':{'rssi':-61,'timestamp':1656266490,'data':'0201061BFF9904','temperature':26.77},"
                        + "'E9:38:3F:DD:20:BC':{'rssi':-72,'timestamp':1656266491,'temperature':4.1,'voltage':2.893}}}}");

        assertThat(rows)
                .extracting(Decoded::device, Decoded::zone, Decoded::timestamp, RowsTest::values)
                .containsExactly(
                        tuple(
                                "D3:75:8A:2E:33:10",
                                "F2:1A:44:C8:11:02",
                                1_656_266_490_000_000L,
                                List.of("rssi -61.0", "temperature 26.77")),
                        tuple(
                                "E9:38:3F:DD:20:BC",
                                "F2:1A:44:C8:11:02",
                                1_656_266_491_000_000L,
                                List.of("rssi -72.0", "temperature 4.1", "voltage 2.893")));
    }

    @Test
    void rowsMayBeArraysAndValuesMayComeFromAround() throws Exception {
        Decoder decoder = decoder(
                "log/{device}", "'rows':'$.log[1]','timestamp':'@[0]','values':{'t':'@[1]','supply':'$.volts'}");

        List<Decoded> rows =
                decode(decoder, "log/a", "{'log':['head',[[1700000000,21.5],[1700000060,-3]]],'volts':'3.3 V'}");

        assertThat(rows)
                .extracting(Decoded::timestamp, RowsTest::values)
                .containsExactly(
                        tuple(1_700_000_000_000_000L, List.of("t 21.5", "supply 3.3")),
                        tuple(1_700_000_060_000_000L, List.of("t -3.0", "supply 3.3")));
    }

    @Test
    void whatIsWrongWithARowIsItsOwnAffair() throws Exception {
        Decoder decoder = decoder("g/up", "'rows':'$.rows','device':'@.id','timestamp':'@.t'");
        byte[] payload =
                json("{'rows': [ {'id':'a','t':1700000000,'x':1}, 7 , null, \n{'id':'','x':2},{'t':'no','id':'b'} ,"
                        + "{'x':3},{'id':'c','x':'}],[{'} ] , 'more':[1,2]}");

        List<byte[]> parts = decoder.parts(message("g/up", payload));

        assertThat(parts)
                .extracting(part -> new String(part, UTF_8))
                .startsWith(
                        "{\"rows\": [{\"id\":\"a\",\"t\":1700000000,\"x\":1}] , \"more\":[1,2]}",
                        "{\"rows\": [7] , \"more\":[1,2]}",
                        "{\"rows\": [null] , \"more\":[1,2]}")
                .endsWith("{\"rows\": [{\"id\":\"c\",\"x\":\"}],[{\"}] , \"more\":[1,2]}");
        assertThat(parts)
                .extracting(part -> outcome(decoder, "g/up", part))
                .containsExactly(
                        "a",
                        "not-an-object",
                        "not-an-object",
                        "invalid-id",
                        "invalid-timestamp",
                        "missing-device-id",
                        "c");
        assertThat(parts).allSatisfy(part -> assertThat(decoder.parts(message("g/up", part)))
                .as("a row is not taken apart again")
                .isEmpty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'rows':[]}                                  | empty-message",
                "{'rows':{}}                                  | empty-message",
                "{'rows':null}                                | empty-message",
                "{'other':[{'id':'a'}]}                       | empty-message",
                "{'rows':[{'id':'a'},{'id':'b'}]              | malformed-json",
                "{'rows':[{'id':'a'},{'id':'b'}]} x           | malformed-json",
                "{'rows':[{'id':'a'},{'id':'b'},]}            | malformed-json",
                "{'rows':[{'id':'a'}],'rows':[{'id':'b'}]}    | malformed-json",
            })
    void aMessageThatIsNoneIsRefusedAsAWhole(String payload, String reason) throws Exception {
        Decoder decoder = decoder("g/up", "'rows':'$.rows','device':'@.id'");

        assertThat(outcome(decoder, "g/up", json(payload))).isEqualTo(reason);
    }

    @Test
    void whatStandsAroundManyRowsIsBounded() throws Exception {
        Decoder decoder = decoder("g/up", "'rows':'$.rows','device':'@.id'");
        String rows = "{'id':'a','x':1}" + ",{'id':'a','x':1}".repeat(999);

        assertThat(decoder.parts(message("g/up", json("{'rows':[" + rows + "],'about':'" + "-".repeat(500) + "'}"))))
                .hasSize(1_000);
        assertThat(outcome(decoder, "g/up", json("{'rows':[" + rows + "],'about':'" + "-".repeat(5_000) + "'}")))
                .isEqualTo("too-large");
        assertThat(outcome(decoder, "g/up", json("{'rows':[1" + ",1".repeat(2_000) + "]}")))
                .isEqualTo("too-large");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[{'n':'t','v':1}]", "[{'v':1,'n':'t'}]"})
    void oneRowAloneIsTheMessage(String payload) throws Exception {
        Decoder decoder = decoder("g/{device}", "'rows':'$','metric':'@.n','values':'@.v'");

        assertThat(decode(decoder, "g/a", payload)).singleElement().satisfies(row -> assertThat(values(row))
                .containsExactly("t 1.0"));
        assertThat(outcome(decoder, "g/a", json("[{'v':1}]"))).isEqualTo("invalid-metric");
        assertThat(outcome(decoder, "g/a", json("[{'n':'" + "x".repeat(300) + "','v':1}]")))
                .isEqualTo("invalid-metric");
    }

    @Test
    void brokenMessagesAreTakenApartIntoJsonOrRefusedWithAReason() throws Exception {
        List<Decoder> decoders = List.of(
                decoder("g/up", "'rows':'$.d.rows','device':'@~','timestamp':'@.t','site':'$.s'"),
                decoder("g/up", "'rows':'$.d.rows','device':'$.s','metric':'@.id','values':'@.x','timestamp':'@.t'"),
                decoder("g/up", "'rows':'$','device':'@.s','metric':'@~'"));
        byte[] whole = json(
                "{'s':'é','d':{'rows':{'a':{'t':1,'x':1.5e3},'b\\u0041':{'t':2,'id':'x','x':'2 V'}, 'c':[[],{}],'d':-7}}}");
        Random random = new Random(11);
        int[] partsOf = new int[decoders.size()];
        for (int i = 0; i < 30_000; i++) {
            byte[] broken = whole.clone();
            for (int change = i == 0 ? 0 : 1 + random.nextInt(3); change > 0; change--) {
                int at = random.nextInt(broken.length);
                broken[at] = random.nextBoolean() ? whole[random.nextInt(whole.length)] : (byte) random.nextInt();
            }
            byte[] payload =
                    Arrays.copyOf(broken, random.nextInt(9) == 0 ? random.nextInt(whole.length) : whole.length);
            for (int d = 0; d < decoders.size(); d++) {
                partsOf[d] += require(decoders.get(d), payload);
            }
        }
        assertThat(partsOf).doesNotContain(0);
    }

    /** How many messages it becomes. */
    private static int require(Decoder decoder, byte[] payload) {
        Promises.require(decoder, "g", Promises.input("g/up", payload), 1_795_262_400_000_000L);
        try {
            List<byte[]> parts = decoder.parts(message("g/up", payload));
            for (byte[] part : parts) {
                assertThat(decoder.parts(message("g/up", part))).isEmpty();
                assertThat(part.length).isLessThanOrEqualTo(payload.length);
                Promises.require(decoder, "g", Promises.input("g/up", part), 1_795_262_400_000_000L);
            }
            return parts.size();
        } catch (Undecodable e) {
            Promises.require(e);
            return 0;
        }
    }

    private Decoder decoder(String topic, String rules) throws Exception {
        String lift = RegistryFixture.lift("'measurements':{'load':{}}");
        String registry = lift.substring(0, lift.length() - 1) + ",'dialects':{'g':{'topics':{'" + topic + "':{" + rules
                + "}}}}}";
        return new DeviceRegistry(RegistryFixture.write(folder, registry.replace('\'', '"')))
                .types()
                .dialects()
                .get("g")
                .decoder();
    }

    private static byte[] json(String payload) {
        return payload.replace('\'', '"').getBytes(UTF_8);
    }

    private static RawMessage message(String topic, byte[] payload) {
        return new RawMessage("g", topic, null, null, 1_795_262_400_000_000L, payload);
    }

    private static List<Decoded> decode(Decoder decoder, String topic, String payload) throws Undecodable {
        List<byte[]> parts = decoder.parts(message(topic, json(payload)));
        List<Decoded> rows = new ArrayList<>();
        for (byte[] part : parts.isEmpty() ? List.of(json(payload)) : parts) {
            rows.add(decoder.decode(message(topic, part)));
        }
        return rows;
    }

    /** The device, or the reason why there is none. */
    private static String outcome(Decoder decoder, String topic, byte[] payload) {
        Decoded[] decoded = new Decoded[1];
        Undecodable failure = catchThrowableOfType(Undecodable.class, () -> {
            if (decoder.parts(message(topic, payload)).isEmpty()) {
                decoded[0] = decoder.decode(message(topic, payload));
            }
        });
        return failure == null ? decoded[0].device() : failure.reason().code();
    }

    private static List<String> values(Decoded decoded) {
        return decoded.measured().stream()
                .filter(value -> value.form() == Measured.Form.NUMBER)
                .map(value -> value.metric() + ' ' + value.value())
                .toList();
    }
}
