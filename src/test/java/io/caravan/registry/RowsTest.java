package io.caravan.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.caravan.decode.Decoded;
import io.caravan.decode.Decoder;
import io.caravan.decode.Measured;
import io.caravan.decode.Parts;
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

        List<byte[]> parts = decoder.parts(message("g/up", payload)).payloads();

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
                .isEqualTo(Parts.NONE));
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

        assertThat(decoder.parts(message("g/up", json("{'rows':[" + rows + "],'about':'" + "-".repeat(500) + "'}")))
                        .payloads())
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

    /** The telemetry of ThingsBoard's gateways: devices by their names, and of each its samples. */
    @Test
    void rowsMayHaveRows() throws Exception {
        Decoder decoder = decoder(
                "v1/gateway/telemetry",
                "'rows':'$.*','device':'$.*~','timestamp':'@.ts','values':'@.values','ignore':['$.*[*].tags']");

        List<Decoded> rows = decode(
                decoder,
                "v1/gateway/telemetry",
                "{ 'Device A' : [ {'ts':1483228800000,'values':{'temperature':42,'humidity':80}} ,"
                        + "{'values':{'temperature':43},'ts':1483228801000,'tags':7}],'none':[],"
                        + "'Device B':[{'ts':1483228800000,'values':{'temperature':44}}]}");

        assertThat(rows)
                .extracting(Decoded::device, Decoded::timestamp, RowsTest::values)
                .containsExactly(
                        tuple("Device A", 1_483_228_800_000_000L, List.of("temperature 42.0", "humidity 80.0")),
                        tuple("Device A", 1_483_228_801_000_000L, List.of("temperature 43.0")),
                        tuple("Device B", 1_483_228_800_000_000L, List.of("temperature 44.0")));
        assertThat(decode(decoder, "v1/gateway/telemetry", "{'C':[{'ts':1483228800000,'values':{'t':1}}],'D':[]}"))
                .extracting(Decoded::device)
                .containsExactly("C");
    }

    /** A network message of OPC UA PubSub (Part 14, 7.2.5), whose fields have times of their own. */
    @Test
    void rowsOfRowsHaveWhatStandsAroundThoseThatTheyAreIn() throws Exception {
        Decoder decoder = decoder(
                "opcua/json/data/+",
                "'rows':'$.Messages[*].Payload','device':'$.Messages[*].DataSetWriterName','metric':'@~',"
                        + "'site':'$.PublisherId','timestamp':'@.SourceTimestamp','values':'@.Value'");

        List<Decoded> rows = decode(
                decoder,
                "opcua/json/data/line",
                "{'MessageType':'ua-data','PublisherId':'plant','Messages':["
                        + "{'DataSetWriterName':'press','Payload':{'Force':{'Value':21.5,'SourceTimestamp':'2026-11-20T09:59:59.5Z'},"
                        + "'Open':{'SourceTimestamp':'2026-11-20T09:59:58Z','Value':true}}},"
                        + "{'Payload':{'Force':{'Value':3,'SourceTimestamp':'2026-11-20T10:00:00Z'}},'DataSetWriterName':'saw'}]}");

        assertThat(rows)
                .extracting(Decoded::device, Decoded::site, RowsTest::values)
                .containsExactly(
                        tuple("press", "plant", List.of("Force 21.5")),
                        tuple("press", "plant", List.of("Open 1.0")),
                        tuple("saw", "plant", List.of("Force 3.0")));
        assertThat(rows.get(1).timestamp()).isEqualTo(1_795_168_798_000_000L);
    }

    @Test
    void aRowWithoutTheRowsThatItShouldHaveIsTold() throws Exception {
        Decoder decoder = decoder("g/up", "'rows':'$.m[*].p','device':'$.m[*].id','values':'@'");
        byte[] payload =
                json("{'m':[{'id':'a','p':[{'x':1},{'x':2}]},{'id':'b'},7,{'id':'c','p':{'k':{'x':3}}}],'n':0}");

        List<byte[]> parts = decoder.parts(message("g/up", payload)).payloads();

        assertThat(parts)
                .extracting(part -> new String(part, UTF_8).replace('"', '\''))
                .containsExactly(
                        "{'m':[{'id':'a','p':[{'x':1}]}],'n':0}",
                        "{'m':[{'id':'a','p':[{'x':2}]}],'n':0}",
                        "{'m':[{'id':'b'}],'n':0}",
                        "{'m':[7],'n':0}",
                        "{'m':[{'id':'c','p':{'k':{'x':3}}}],'n':0}");
        assertThat(parts)
                .extracting(part -> outcome(decoder, "g/up", part))
                .containsExactly("a", "a", "empty-message", "missing-device-id", "c");
        assertThat(outcome(decoder, "g/up", json("{'m':[{'id':'a','p':[]},{'p':{}}]}")))
                .isEqualTo("empty-message");
    }

    @Test
    void aRowMayTellItsUnit() throws Exception {
        String message = "{'Body':{'P':{'Unit':'W','Value':3},'E':{'Value':4,'Unit':'Wh'}}}";
        String rules = "'rows':'$.Body','metric':'@~','values':'@.Value','units':{'UNIT':{'of':['@.Value']}}";
        for (String unit : List.of("@.Unit", "$.Body.*.Unit")) {
            assertThat(decode(decoder("up/{device}", rules.replace("UNIT", unit)), "up/a", message))
                    .flatExtracting(Decoded::measured)
                    .extracting(Measured::metric, Measured::unit)
                    .containsExactly(tuple("P", "W"), tuple("E", "Wh"));
        }
    }

    /** What Milesight's decoders make of an EM300-TH: what it measures now, and what it has kept. */
    @Test
    void aMessageWithValuesMayHaveRowsBesideThem() throws Exception {
        Decoder decoder = decoder(
                "up/{device}",
                "'timestamp':'$.time','sequence':'$.n','values':{'*':'$.object'},"
                        + "'rows':{'path':'$.object.history','timestamp':'@.timestamp'}");

        List<Decoded> both = decode(
                decoder,
                "up/a",
                "{'time':1700000600,'n':1,'object':{'battery':92,'history':[{'humidity':46.5,'temperature':27.2,"
                        + "'timestamp':1700000000},{'temperature':27}],'temperature':30.8}}");

        assertThat(both)
                .extracting(Decoded::device, Decoded::timestamp, RowsTest::values)
                .containsExactly(
                        tuple("a", 1_700_000_600_000_000L, List.of("battery 92.0", "temperature 30.8")),
                        tuple("a", 1_700_000_000_000_000L, List.of("humidity 46.5", "temperature 27.2")),
                        tuple("a", Decoded.NO_TIME, List.of("temperature 27.0")));
        assertThat(decode(decoder, "up/a", "{'time':1700000600,'object':{'battery':92}}"))
                .singleElement()
                .satisfies(one -> assertThat(values(one)).containsExactly("battery 92.0"));
        assertThat(decode(decoder, "up/a", "{'object':{'history':[{'timestamp':1700000000,'temperature':5}]}}"))
                .as("nothing but what it has kept")
                .singleElement()
                .satisfies(one -> assertThat(values(one)).containsExactly("temperature 5.0"));
        assertThat(outcome(decoder, "up/a", json("{'object':{'history':[]}}"))).isEqualTo("empty-message");
        assertThat(outcome(decoder, "up/a", json("{'object':{'history':7}}"))).isEqualTo("empty-message");
    }

    @Test
    void brokenMessagesAreTakenApartIntoJsonOrRefusedWithAReason() throws Exception {
        List<Decoder> decoders = List.of(
                decoder("g/up", "'rows':'$.d.rows','device':'@~','timestamp':'@.t','site':'$.s'"),
                decoder("g/up", "'rows':'$.d.rows','device':'$.s','metric':'@.id','values':'@.x','timestamp':'@.t'"),
                decoder("g/up", "'rows':'$','device':'@.s','metric':'@~'"),
                decoder("g/up", "'rows':'$.d.*','device':'$.s','metric':'$.d.*~','values':'@.x'"),
                decoder("g/up", "'device':'$.s','rows':{'path':'$.d.rows.c','values':'@'}"),
                decoder("g/up", "'rows':'$','device':'$.s','metric':'@~'"),
                decoder(
                        "g/up",
                        "'rows':'$.d.rows','device':'$.s','timestamp':'$.d.rows.a.t','metric':'@~','ignore':['$.d.rows.c']"),
                decoder("g/{device}", "'rows':{'path':'$.d.rows','values':'@','device':'@~','timestamp':'$.d.rows.d'}"),
                decoder("g/up", "'rows':['$.d.rows','$.x'],'device':'$.s','site':'$.d.rows.d'"));
        byte[] whole = json(
                "{'s':'é','d':{'rows':{'a':{'t':1,'x':1.5e3},'b\\u0041':{'t':2,'id':'x','x':'2 V'}, 'c':[[],{}],'d':-7}}}");
        Random random = new Random(11);
        int[] partsOf = new int[decoders.size()];
        for (int i = 0; i < 18_000; i++) {
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
            Parts parts = decoder.parts(message("g/up", payload));
            int number = parts.first();
            for (byte[] part : parts.payloads()) {
                assertThat(decoder.parts(message("g/up", payload).of(part, number++)))
                        .isEqualTo(Parts.NONE);
                assertThat(part.length).isLessThanOrEqualTo(payload.length);
                Promises.require(decoder, "g", Promises.input("g/up", part), 1_795_262_400_000_000L);
            }
            return parts.payloads().size();
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
        RawMessage whole = message(topic, json(payload));
        Parts parts = decoder.parts(whole);
        if (parts.isEmpty()) {
            return List.of(decoder.decode(whole));
        }
        List<Decoded> rows = new ArrayList<>();
        for (byte[] part : parts.payloads()) {
            RawMessage row = whole.of(part, parts.first() + rows.size());
            assertThat(decoder.parts(row)).isEqualTo(Parts.NONE);
            rows.add(decoder.decode(row));
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
