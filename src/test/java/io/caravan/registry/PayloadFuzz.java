package io.caravan.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.caravan.decode.Decoder;
import io.caravan.decode.Parts;
import io.caravan.decode.Promises;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Undecodable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever stands in payloads of declared formats, and in texts of JSON, is read, or refused with a reason. */
class PayloadFuzz {

    private static final String FRAME =
            "'fields':{'a':{'byte':0,'type':'int16','missing':['0x8000'],'scale':0.1,'unit':'V'},'b':{'byte':1,'type':'uint8','bits':[1,3]},"
                    + "'c':{'byte':2,'type':'float32','word_order':'little'},'d':{'byte':3,'type':'uint64'}}";

    private static final List<String> RULES = List.of(
            "'payload':'csv','rows':'$','timestamp':'@.t'",
            "'payload':{'format':'csv','separator':';','columns':['a','','t']},'values':'$'",
            "'payload':'line-protocol','rows':'$','metric':'@.name','timestamp':'@.timestamp','values':'@.fields'",
            "'payload':'form','timestamp':'$.t'",
            "'payload':{'format':'pairs','separator':', ','assignment':':'}",
            "'payload':'cbor','rows':'$.r','timestamp':'@.t'",
            "'payload':{'format':'binary'," + FRAME + "}",
            "'payload':{'format':'hex','every':4,'fields':{'a':{'byte':1,'type':'int24'}}},'rows':'$'",
            "'rows':['$.a','$.b.*'],'device_type':'lift','metric':'@~','values':'@','missing':[-1,'x'],"
                    + "'timestamp':{'path':['$.d','@.t'],'pattern':'dd.MM.yyyy HH:mm'},'quality':[{'path':'@.q','good':[0]},{'path':'@.s','good':[0]}]",
            "'rows':'$.r','contents':{'$.r':'json','@.j':'json','@.j.*':{'format':'base64','content':'cbor'},'@.f':{'format':'base64',"
                    + FRAME + "},'@.l':'line-protocol','@.c':'csv','@.p':'pairs'}",
            "'contents':{'$.r':'columns','@.f':{'format':'registers'," + FRAME.replace("'byte':3", "'byte':4")
                    + "}},'rows':'$.r','timestamp':{'path':'@.t','epoch':'1899-12-30T00:00:00','unit':'d'}",
            "'payload':{'format':'bytes','content':{'format':'columns','columns':['a','t']}},'rows':'$','timestamp':'@.t'",
            "'contents':{'$.r':{'format':'registers','every':4,'fields':{'a':{'byte':0,'type':'int16'},'t':{'byte':3,'type':'uint8'}}},'$.*.c':'columns'},"
                    + "'rows':['$.r','$.q'],'decimal_comma':true,'timestamp':{'path':'@.t','epoch':'2000-01-01T00:00:00Z','unit':'h'}");

    private static final DeviceTypes REGISTRY = registry();

    static Stream<byte[]> messages() {
        return Stream.of(
                Promises.input("0", "t,x,y\n2026-11-21T10:15:30Z,\"a\"\"\n\",1\r\n1,2,\n".getBytes(UTF_8)),
                Promises.input("1", "1;2;3\n4".getBytes(UTF_8)),
                Promises.input(
                        "2",
                        "a\\ b,h\\=x=y f=1i,g=2u,h=\"x\\\"\",i=t,j=1e5 1465839830100400200\n#\nb c=1".getBytes(UTF_8)),
                Promises.input("3", "t=2024-01-07+01%3A43:50&a=1&b=&a".getBytes(UTF_8)),
                Promises.input("4", "LOG, a:1, b:2\r\nc:true\0".getBytes(UTF_8)),
                Promises.input(
                        "5",
                        HexFormat.of()
                                .parseHex("a2617282a161760161d8bf6174fb41d5eb6f9880000061769f01f6ffff6161f97e00")),
                Promises.input("6", HexFormat.of().parseHex("80000102666641ca0000000001")),
                Promises.input("7", "0001 0203 FF00 0000".getBytes(UTF_8)),
                Promises.input(
                        "8",
                        "{\"d\":\"21.11.2026\",\"a\":{\"x\":{\"t\":\"10:15\",\"v\":-1}},\"b\":{\"y\":{\"z\":{\"v\":2,\"q\":1}}}}"
                                .getBytes(UTF_8)),
                Promises.input(
                        "9",
                        ("{\"r\":\"[{\\\"j\\\":\\\"{\\\\\\\"a\\\\\\\":\\\\\\\"AQ==\\\\\\\"}\\\",\\\"f\\\":\\\"AQID\\\",\\\"l\\\":\\\"a b=1\\\"},"
                                        + "{\\\"c\\\":\\\"a,b\\\\n1,2\\\",\\\"p\\\":\\\"T=1\\\"}]\"}")
                                .getBytes(UTF_8)),
                Promises.input(
                        ":",
                        "{\"r\":{\"t\":[45982.5,\"45983\"],\"f\":[[1,-2,65535],[0,0]],\"v\":[1,null],\"s\":true}}"
                                .getBytes(UTF_8)),
                Promises.input(";", "[123,34,97,34,58,91,49,93,125]".getBytes(UTF_8)),
                Promises.input(
                        "<",
                        "{\"r\":[1,2,-3,4.0,5],\"q\":[{\"t\":\"240000,5\",\"c\":{\"v\":[1,2],\"w\":null}}]}"
                                .getBytes(UTF_8)));
    }

    /** An input is the number of a dialect, a line feed and a payload. */
    @MethodSource("messages")
    @FuzzTest(maxDuration = "10s")
    void aPayloadIsReadOrRefusedWithAReason(byte[] input) {
        int dialect = input.length > 1 && input[1] == '\n' ? input[0] - '0' : -1;
        if (dialect < 0 || dialect >= RULES.size()) {
            return;
        }
        Decoder decoder = REGISTRY.dialects().get("d" + dialect).decoder();
        byte[] payload = java.util.Arrays.copyOfRange(input, 2, input.length);
        RawMessage whole = decoder.plain(decoder.addressed(
                new RawMessage("d" + dialect, "t" + dialect + "/x", null, null, DeclaredDialect.RECEIVED, payload)));
        try {
            Parts parts = decoder.parts(whole);
            if (parts.isEmpty()) {
                Promises.require(decoder.decode(whole));
                return;
            }
            for (int i = 0; i < Math.min(3, parts.payloads().size()); i++) {
                row(decoder, decoder.plain(whole.of(parts.payloads().get(i), parts.first() + i)));
            }
        } catch (Undecodable e) {
            Promises.require(e);
        }
    }

    /** What is a row is one message, and no more. */
    private static void row(Decoder decoder, RawMessage row) {
        try {
            assertThat(decoder.parts(row).isEmpty()).isTrue();
            Promises.require(decoder.decode(row));
        } catch (Undecodable e) {
            Promises.require(e);
        }
    }

    private static DeviceTypes registry() {
        StringBuilder dialects = new StringBuilder();
        for (int i = 0; i < RULES.size(); i++) {
            dialects.append(i == 0 ? "" : ",")
                    .append("'d" + i + "':{'topics':{'t" + i + "/{device}':{" + RULES.get(i) + "}}}");
        }
        String lift = RegistryFixture.lift("'measurements':{}");
        try {
            return new DeviceRegistry(RegistryFixture.write(
                            Files.createTempDirectory("payloads"),
                            (lift.substring(0, lift.length() - 1) + ",'dialects':{" + dialects + "}}")
                                    .replace('\'', '"')))
                    .types();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
