package io.caravan.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.decode.Decoded;
import io.caravan.decode.Decoder;
import io.caravan.decode.Measured;
import io.caravan.decode.Parts;
import io.caravan.decode.RawMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What devices of a declared dialect say of their own values, by {@code quality}. */
class OwnQualityTest {

    @TempDir
    Path folder;

    /** OPC UA's status codes, Kepware's booleans, and words. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'v':1}                  | v=1.0",
                "{'v':1,'q':null}         | v=1.0",
                "{'v':1,'q':0}            | v=1.0",
                "{'q':'GOOD','v':1}       | v=1.0",
                "{'q':0.0,'v':1}          | v=1.0",
                "{'q':0e5,'v':1}          | v=1.0",
                "{'q':1e999,'v':1}        | v=BAD",
                "{'v':1,'q':true}         | v=1.0",
                "{'v':1,'q':false}        | v=BAD",
                "{'q':2147483648,'v':1}   | v=BAD",
                "{'q':'bad','v':1,'w':2}  | v=BAD, w=BAD",
                "{'q':'Held','v':1,'w':2} | v=1.0?, w=2.0?",
                "{'q':{'Code':0},'v':1}   | v=BAD",
                "{'q':false,'v':null}     | v=BAD",
                "{'q':false,'v':'open'}   | v=text"
            })
    void whatIsNotGoodHasNoUsableValue(String payload, String shown) throws Exception {
        Decoder decoder = decoder("'quality':{'path':'$.q','good':[true,0,'good'],'uncertain':['held']}");
        assertThat(shown(decoder, payload)).containsExactly(shown);
        assertThat(decode(decoder, payload).get(0).measurements().text())
                .as("what the device sent")
                .doesNotContain("q");
    }

    /** IoT Gateway of Kepware. */
    @Test
    void eachRowHasItsOwn() throws Exception {
        Decoder decoder = decoder("'rows':'$.values','timestamp':'@.t','metric':'@.id','values':'@.v',"
                + "'quality':{'path':'@.q','good':[true]}");
        assertThat(shown(decoder, "{'values':[{'id':'a','v':42,'q':true},{'id':'b','v':43,'q':false}]}"))
                .containsExactly("a=42.0", "b=BAD");
    }

    /** The DataValues of a DataSetMessage (OPC UA, part 14, 7.2.5): where the status is good, it is left out. */
    @Test
    void behindAWildcardItIsThatOfTheValuesThere() throws Exception {
        Decoder decoder = decoder("'values':'$.Payload','quality':{'path':'$.Payload.*.StatusCode.Code','good':[0]}");
        assertThat(shown(
                        decoder,
                        "{'Payload':{'a':{'Value':1},'b':{'StatusCode':{'Code':2150891520,'Symbol':1},'Value':2},"
                                + "'c':{'Value':{'x':3},'StatusCode':{'Code':0}},'d':4}}"))
                .containsExactly("a.Value=1.0, b.StatusCode.Symbol=BAD, b.Value=BAD, c.Value.x=3.0, d=4.0");
    }

    /** Status flags of BACnet: in-alarm, fault, overridden, out-of-service. */
    @Test
    void ofSeveralThatAreOfTheSameValuesTheWorstCounts() throws Exception {
        Decoder decoder = decoder("'values':{'*':{'path':'$.points'},'total':'$.points.a.total'},"
                + "'quality':{'path':'$.points.*.flags[*]','good':[0]}");
        // the last wildcard before the end of the path is that of the points
        assertThat(
                        shown(
                                decoder,
                                "{'points':{'a':{'flags':[0,1,0,0],'present':1,'total':2},'b':{'present':3,'flags':[0,0,0,0]}}}"))
                .containsExactly("a.present=BAD, total=BAD, b.present=3.0");
    }

    @Test
    void rowsBesideValuesHaveTheirOwn() throws Exception {
        Decoder decoder = decoder("'values':{'t':'$.t'},'quality':{'path':'$.q','good':[1]},"
                + "'rows':{'path':'$.old','values':'@.t','metric':'@.n','quality':{'path':'@.q','good':[1]}}");
        assertThat(shown(decoder, "{'q':0,'t':5,'old':[{'n':'t','t':6,'q':1},{'n':'t','t':7,'q':2}]}"))
                .containsExactly("t=BAD", "t=6.0", "t=BAD");
    }

    private Decoder decoder(String rules) throws Exception {
        String lift = RegistryFixture.lift("'measurements':{}");
        String registry =
                lift.substring(0, lift.length() - 1) + ",'dialects':{'a':{'topics':{'a/{device}':{" + rules + "}}}}}";
        return new DeviceRegistry(RegistryFixture.write(folder, registry.replace('\'', '"')))
                .types()
                .dialects()
                .get("a")
                .decoder();
    }

    private static List<Decoded> decode(Decoder decoder, String payload) throws Exception {
        RawMessage whole = new RawMessage(
                "a",
                "a/d",
                null,
                null,
                1_795_262_400_000_000L,
                payload.replace('\'', '"').getBytes(UTF_8));
        Parts parts = decoder.parts(whole);
        if (parts.isEmpty()) {
            return List.of(decoder.decode(whole));
        }
        List<Decoded> rows = new ArrayList<>();
        for (byte[] part : parts.payloads()) {
            rows.add(decoder.decode(whole.of(part, parts.first() + rows.size())));
        }
        return rows;
    }

    private static List<String> shown(Decoder decoder, String payload) throws Exception {
        return decode(decoder, payload).stream()
                .map(decoded -> String.join(
                        ", ",
                        decoded.measured().stream().map(OwnQualityTest::shown).toList()))
                .toList();
    }

    private static String shown(Measured value) {
        return value.metric()
                + '='
                + switch (value.form()) {
                    case NUMBER -> value.value() + (value.doubtful() ? "?" : "");
                    case OVERFLOW, NO_INTEGER, REJECTED -> "BAD";
                    case TEXT -> "text";
                    default -> "null";
                };
    }
}
