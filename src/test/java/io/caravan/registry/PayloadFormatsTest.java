package io.caravan.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.decode.Decoded;
import io.caravan.decode.Reason;
import io.caravan.decode.Undecodable;
import io.caravan.settings.UserError;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Payloads that are no JSON, texts in JSON that hold something, and what is said of those that are not what was declared. */
class PayloadFormatsTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "int8,0          | FE       | -2.0",
                "uint16,0        | 0102     | 258.0",
                "int24,0         | FFFFFE   | -2.0",
                "uint24,1        | 00FFFFFE | 1.6777214E7",
                "int64,0         | FFFFFFFFFFFFFFFE | -2.0",
                "uint64,0        | FFFFFFFFFFFFFFFF | 1.8446744073709552E19",
                "float32,0       | 41CA6666 | 25.3",
                "float64,0       | 40394CCCCCCCCCCD | 25.3",
                "float32,0       | 7FC00000 | cut off",
                "int24,0,`byte_order`:`little` | FEFFFF | -2.0",
                "float32,0,`word_order`:`little` | 666641CA | 25.3",
                "float32,0,`byte_order`:`little`,`word_order`:`big` | CA416666 | 25.3",
                "float32,0,`byte_order`:`little` | 6666CA41 | 25.3",
                "uint32,0,`word_order`:`little` | 04D20000 | 1234.0",
                "int8,0,`bits`:[4,7] | F3 | -1.0",
                "uint8,0,`bits`:4 | 10 | 1.0",
                "uint8,0,`bits`:[1,3] | FB | 5.0",
                "int16,0,`missing`:[32768] | 8000 | null",
                "int16,0,`missing`:[`0x8000`,-1] | FFFF | null",
                "int16,0,`bits`:[0,11],`missing`:[`0x800`] | 0800 | null",
                "int64,0,`missing`:[`0x7FFFFFFFFFFFFFFF`] | 7FFFFFFFFFFFFFFF | null",
                "int64,0,`missing`:[9223372036854775807] | 7FFFFFFFFFFFFFFF | null",
                "int64,0,`missing`:[`0x8000000000000000`] | 8000000000000000 | null",
                "uint64,0,`missing`:[`0xFFFFFFFFFFFFFFFF`] | FFFFFFFFFFFFFFFF | null",
                "float32,0,`missing`:[`0xC61C3C00`] | C61C3C00 | null",
                "float32,0,`missing`:[`0x7FC00000`] | 7FC00000 | null",
                "float32,0,`missing`:[-99.99] | C2C7FAE1 | null",
                "float32,0,`missing`:[0] | 80000000 | null",
                "uint16,0,`missing`:[`8000`] | 1F40 | null",
                "int16,0,`scale`:0.1,`offset`:-40 | 0019 | -37.5"
            })
    void aFieldIsReadByItsType(String type, String hex, String shown) throws Exception {
        String[] parts = type.split(",", 3);
        DeclaredDialect frame = DeclaredDialect.of(
                folder,
                "'payload':{'format':'hex','fields':{'sure':{'byte':0,'type':'uint8'},'x':{'type':'" + parts[0]
                        + "','byte':" + parts[1] + (parts.length > 2 ? "," + parts[2].replace('`', '\'') : "") + "}}}");
        assertThat(frame.shown(hex).get(0)).endsWith(", x=" + shown);
    }

    /** What a TRUE means is for the registry to say, and a device may be called so. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'payload':'pairs','numbers':{'TRUE':0,'FALSE':1} | open=TRUE;shut=False;on=x | d: open=0.0, shut=1.0, on=text",
                "'payload':'pairs' | open=TRUE;shut=False | d: open=1.0, shut=0.0",
                "'payload':'form','missing':['false'] | a=false&b=true | d: a=null, b=1.0",
                "'payload':'text','values':{'t':'$'},'missing':['false'] | False | d: t=null",
                "'contents':{'$.x':{'format':'hex','content':'pairs'}} | {\"x\":\"613D74727565\"} | d: x.a=1.0",
                "'values':'$' | {\"x\":\"true\"} | d: x=text",
                "'payload':'pairs','quality':{'path':'$.ok','good':[true]} | ok=TRUE;a=1 | d: a=1.0"
            })
    void aWordIsWhatTheRegistrySays(String rules, String payload, String shown) throws Exception {
        assertThat(DeclaredDialect.of(folder, rules).shown(payload)).containsExactly(shown);
    }

    @Test
    void aDeviceMayBeCalledTrue() throws Exception {
        DeclaredDialect csv =
                DeclaredDialect.of(folder, "a", "a", "'payload':'csv','rows':'$','device':'@.id','values':{'v':'@.v'}");
        assertThat(csv.shown("id,v\nTRUE,1\nb,2")).containsExactly("TRUE: v=1.0", "b: v=2.0");
    }

    @ParameterizedTest
    @CsvSource({
        "a2616143db9d34616243e71c71, 'a=text, b=text'", // base64 of these is 2500 and 5xxx
        "a16161c249d76df8d35d76df8d35, a=3.973974291790292E21",
        "a16161c249010000000000000000, a=1.8446744073709552E19",
        "a16161c349010000000000000000, a=-1.8446744073709552E19",
        "a16161c24100, a=0.0",
        "a16161fa41a8cccd, a=21.1",
        "a16161d82041ff, a=text",
        "a16161c11903e8, a=1000.0",
        "a36161f97e006162f97c006163fbfff0000000000000, 'a=BAD, b=BAD, c=BAD'",
        "a16161f6, a=null"
    })
    void cborIsWhatItsTypesSay(String hex, String shown) throws Exception {
        DeclaredDialect cbor = DeclaredDialect.of(folder, "'payload':'cbor'");
        assertThat(cbor.shown(HexFormat.of().parseHex(hex))).containsExactly("d: " + shown);
    }

    @Test
    void aColumnMayHoldTextsThatHoldSomething() throws Exception {
        DeclaredDialect logger = DeclaredDialect.of(
                folder,
                "'contents':{'$.log':'columns','@.frame':{'format':'hex','fields':{'temp':{'byte':0,'type':'int16','scale':0.1}}}},"
                        + "'rows':'$.log','timestamp':'@.t','values':'@.frame'");
        assertThat(logger.shown("{\"log\":{\"t\":[1700000000,1700000060],\"frame\":[\"00d7\",\"00dc\"]}}"))
                .containsExactly("d: temp=21.5", "d: temp=22.0");
    }

    /** What is ignored is in each row all the same. */
    @Test
    void whatStandsBesideColumnsCountsInEachRow() throws Exception {
        DeclaredDialect columns =
                DeclaredDialect.of(folder, "'payload':'columns','rows':'$','ignore':['@.note'],'timestamp':'@.t'");
        String times = IntStream.range(0, 100).mapToObj(Integer::toString).collect(Collectors.joining(","));
        String message = "{\"note\":\"%s\",\"v\":[" + times + "]}";
        assertThat(columns.read(message.formatted("x".repeat(100)))).hasSize(100);
        assertThatThrownBy(() -> columns.read(message.formatted("x".repeat(2_000))))
                .isInstanceOfSatisfying(
                        Undecodable.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
    }

    /** As in JSON, frames and packs of SenML: a number that is none is a reading, also in a row. */
    @Test
    void aNumberInARowOfCborThatIsNoneIsBad() throws Exception {
        DeclaredDialect cbor = DeclaredDialect.of(folder, "'payload':'cbor','rows':'$'");
        assertThat(cbor.shown(HexFormat.of().parseHex("82a16161f97e00a1616101")))
                .containsExactly("d: a=BAD", "d: a=1.0");
    }

    @Test
    void bytesInCborMayHoldSomething() throws Exception {
        DeclaredDialect cbor = DeclaredDialect.of(
                folder,
                "'payload':'cbor','contents':{'$.a':{'format':'base64','fields':{'x':{'byte':0,'type':'uint16'}}}}");
        assertThat(cbor.shown(HexFormat.of().parseHex("a26161420102616201"))).containsExactly("d: a.x=258.0, b=1.0");
        DeclaredDialect text = DeclaredDialect.of(
                folder, "'contents':{'$.a':{'format':'base64','fields':{'x':{'byte':0,'type':'uint16'}}}}");
        assertThat(text.shown("{\"a\":\"A\\nQI=\\r\\n\"}")).containsExactly("d: a.x=258.0");
        assertThat(text.shown("{\"a\":\"data:text/plain;base64,AQI=\"}")).containsExactly("d: a.x=258.0");
    }

    @Test
    void aByteOrderMarkBeforeJsonInATextIsPassedOver() throws Exception {
        DeclaredDialect json = DeclaredDialect.of(folder, "'contents':{'$.a':'json'}");
        assertThat(json.shown("{\"a\":\"\uFEFF{\\\"b\\\":1}\"}")).containsExactly("d: a.b=1.0");
    }

    @Test
    void hexMayBeWrittenAsPeopleDo() throws Exception {
        DeclaredDialect hex =
                DeclaredDialect.of(folder, "'payload':{'format':'hex','fields':{'x':{'byte':0,'type':'uint16'}}}");
        for (String text : List.of("0x0102", "01-02", "01:02", "0X01 02")) {
            assertThat(hex.shown(text)).containsExactly("d: x=258.0");
        }
    }

    @Test
    void aFormIsInUtf8() throws Exception {
        DeclaredDialect form = DeclaredDialect.of(folder, "a", "a", "'payload':'form','device':'$.ID'");
        assertThat(form.shown("ID=Caf%C3%A9+%2b1&t=1")).containsExactly("Caf\u00e9 +1: t=1.0");
    }

    @Test
    void aTextInALineMayHoldLineFeeds() throws Exception {
        DeclaredDialect lines = DeclaredDialect.of(
                folder, "'payload':'line-protocol','rows':'$','metric':'@.name','values':'@.fields'");
        assertThat(lines.shown("m s=\"x\nm v=1 \\\" \\\\\",n=2 \n# it's \"=\n \nm,t=\"a w=3\nm\\ \\=\"b k=4\n"))
                .containsExactly("d: m.s=text, m.n=2.0", "d: m.w=3.0", "d: m =\"b.k=4.0");
    }

    @Test
    void aLineOfCsvIsARow() throws Exception {
        DeclaredDialect csv = DeclaredDialect.of(
                folder, "'payload':'csv','rows':'$','timestamp':'@.time','values':'@','ignore':['@.note']");
        List<Decoded> rows = csv.read(
                "\uFEFFtime,temp,hum,note\r\n2026-11-21 10:15:30,21.5,,\"a, \"\"b\"\"\nc\"\r\n,\r\n\r\n1795256130, 22 ,40,true");
        assertThat(rows.stream().map(DeclaredDialect::shown))
                .containsExactly("d: temp=21.5, hum=null", "d: temp=22.0, hum=40.0");
        assertThat(rows.get(0).timestamp()).isEqualTo(rows.get(1).timestamp());
        assertThat(rows.get(0).sequence()).isNotEqualTo(rows.get(1).sequence());
    }

    @Test
    void anEditOfTheRegistryMakesNoOtherReadingsOfTheSameMessage() throws Exception {
        String line = "1;21.5\n2;22\n";
        String rules = "'rows':'$','values':{'t':'@.t'},'payload':{'format':'csv','separator':';','columns':";
        List<Long> before = sequences(rules + "['a','t']}", line);
        assertThat(sequences(rules + "['b','t','more']}", line)).isEqualTo(before);
        String frame =
                "'values':{'t':'$.x.t'},'contents':{'$.x':{'format':'hex','fields':{'t':{'byte':0,'type':'int8'}";
        assertThat(sequences(frame + "}}}", "{\"x\":\"1516\"}"))
                .isEqualTo(sequences(frame + ",'u':{'byte':1,'type':'int8'}}}}", "{\"x\":\"1516\"}"));
        String rowed =
                "'rows':'$.r','values':{'t':'@.x.t'},'contents':{'@.x':{'format':'hex','fields':{'t':{'byte':0,'type':'int8'}";
        String two = "{\"r\":[{\"x\":\"1516\"},{\"x\":\"1517\"}]}";
        assertThat(sequences(rowed + "}}}", two)).isEqualTo(sequences(rowed + ",'u':{'byte':1,'type':'int8'}}}}", two));
    }

    private List<Long> sequences(String rules, String payload) throws Exception {
        return sequences(DeclaredDialect.of(folder, rules).read(payload));
    }

    private static List<Long> sequences(List<Decoded> messages) {
        return messages.stream().map(Decoded::sequence).toList();
    }

    /** A frame that begins as JSON does, with a NUL at its end. */
    @Test
    void aFrameIsLeftAsItIs() throws Exception {
        DeclaredDialect frame = DeclaredDialect.of(
                folder,
                "'payload':{'format':'binary','fields':{'a':{'byte':0,'type':'uint8'},'b':{'byte':1,'type':'uint8'}}}");
        assertThat(frame.shown(new byte[] {'{', 0})).containsExactly("d: a=123.0, b=0.0");
        assertThat(frame.shown(new byte[] {' '})).containsExactly("d: a=32.0, b=cut off");
    }

    @Test
    void ofFramesBehindEachOtherTheLastMayBeCutOff() throws Exception {
        DeclaredDialect frames = DeclaredDialect.of(
                folder,
                "'payload':{'format':'hex','every':3,'fields':{'a':{'byte':0,'type':'int16'},'b':{'byte':2,'type':'int8'}}},'rows':'$','values':'@'");
        assertThat(frames.shown("0001FF 0002FF 00")).containsExactly("d: a=1.0, b=-1.0", "d: a=2.0, b=-1.0");
        assertThat(frames.shown("0001FF 0002")).containsExactly("d: a=1.0, b=-1.0", "d: a=2.0, b=cut off");
        DeclaredDialect bytes = DeclaredDialect.of(
                folder, "'payload':{'format':'binary','every':1,'fields':{'a':{'byte':0,'type':'int8'}}},'rows':'$'");
        assertThat(bytes.shown(new byte[] {1, ' ', '{'})).containsExactly("d: a=1.0", "d: a=32.0", "d: a=123.0");
        DeclaredDialect base64 = DeclaredDialect.of(
                folder,
                "'payload':{'format':'base64','every':2,'fields':{'a':{'byte':0,'type':'int16'}}},'rows':'$','values':'@'");
        assertThat(base64.shown("AAEAAg==")).containsExactly("d: a=1.0", "d: a=2.0");
    }

    /** A row that could not be read is read again from the bytes that the device sent. */
    @Test
    void framesBehindEachOtherAreTheSameUnderOtherFields() throws Exception {
        for (String format : List.of("hex", "binary")) {
            byte[] payload = format.equals("hex") ? "01020304".getBytes(UTF_8) : new byte[] {1, 2, 3, 4};
            String rules =
                    "'rows':'$','payload':{'format':'" + format + "','every':2,'fields':{'x':{'byte':0,'type':'uint8'";
            DeclaredDialect before = DeclaredDialect.of(folder, rules + "}}}");
            DeclaredDialect after = DeclaredDialect.of(folder, rules + ",'scale':0.1},'y':{'byte':1,'type':'uint8'}}}");
            assertThat(sequences(after.read(payload)))
                    .isEqualTo(sequences(before.read(payload)))
                    .doesNotHaveDuplicates();
            assertThat(after.shown(before.parts(payload).get(1), 2)).isEqualTo("d: x=0.3, y=4.0");
        }
    }

    @Test
    void whatIsNoTextOrEmptyStays() throws Exception {
        DeclaredDialect json = DeclaredDialect.of(folder, "'contents':{'$.*':'json'}");
        assertThat(json.shown("{\"a\":{\"b\":1},\"c\":2,\"d\":\" \",\"e\":null,\"f\":\"[3,\\\"4\\\"]\"}"))
                .containsExactly("d: a.b=1.0, c=2.0, d=null, e=null, f.0=3.0, f.1=4.0");
        DeclaredDialect beside = DeclaredDialect.of(folder, "'contents':{'$.*':'json','$.x.y':'json'}");
        assertThat(beside.shown("{\"x\":\"{\\\"y\\\":\\\"[1]\\\"}\",\"z\":\"{\\\"y\\\":2}\"}"))
                .containsExactly("d: x.y.0=1.0, z.y=2.0");
    }

    @Test
    void aLongHeaderIsNotRepeatedForever() throws Exception {
        DeclaredDialect csv = DeclaredDialect.of(folder, "'payload':'csv','rows':'$'");
        assertThatThrownBy(() -> csv.read("a,".repeat(250_000) + "\n" + "1\n".repeat(1_000)))
                .isInstanceOfSatisfying(
                        Undecodable.class, e -> assertThat(e.getMessage()).contains("more than 32 times the message"));
    }

    /** An object's analogue inputs and digital ones, and a gateway of a list and its history. */
    @Test
    void rowsMayStandInSeveralPlaces() throws Exception {
        DeclaredDialect lists = DeclaredDialect.of(
                folder, "'rows':['$.analog','$.digital.*'],'metric':'@.n','values':{'*':'@.v'},'timestamp':'$.t'");
        String both = "{\"t\":1700000000,\"analog\":[{\"n\":\"a\",\"v\":1},{\"n\":\"b\",\"v\":2}],"
                + "\"digital\":{\"x\":[{\"n\":\"c\",\"v\":true}]}}";
        assertThat(lists.shown(both)).containsExactly("d: a=1.0", "d: b=2.0", "d: c=1.0");
        assertThat(lists.read(both)).allMatch(row -> row.timestamp() == 1_700_000_000_000_000L);
        assertThat(lists.shown("{\"analog\":[],\"digital\":{\"x\":[{\"n\":\"c\",\"v\":3}]}}"))
                .containsExactly("d: c=3.0");
        assertThat(lists.shown("{\"digital\":{\"x\":[{\"n\":\"c\",\"v\":3},{\"n\":\"e\",\"v\":4}]}}"))
                .containsExactly("d: c=3.0", "d: e=4.0");
        assertThatThrownBy(() -> lists.read("{\"t\":1}"))
                .hasMessage("no row stands at $.analog, $.digital.*, where the registry says that rows do");
        DeclaredDialect inTexts = DeclaredDialect.of(
                folder, "'rows':['$.a','$.b'],'values':{'v':'@.v'},'contents':{'$.b':'json','$.a':'json'}");
        assertThat(inTexts.shown("{\"a\":\"[{\\\"v\\\":1}]\",\"b\":\"[{\\\"v\\\":2},{\\\"v\\\":3}]\"}"))
                .containsExactly("d: v=1.0", "d: v=2.0", "d: v=3.0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'payload':'form' | hello | malformed-payload: no form: it has no field such as a=1, but 'hello'",
                "'payload':'form' | a=%zz | malformed-payload: no form: a % without two hexadecimal digits in '%zz'",
                "'payload':'form' | ID=Caf%E9&t=1 | malformed-payload: no form: no text in UTF-8 is 'Caf%E9'",
                "'payload':'form' | a=1\\nb=2 | malformed-payload: no form: it has more than one line",
                "'payload':'csv','rows':'$' | a,b,a\\n1,2,3 | malformed-payload: the first line names 'a' twice",
                "'payload':'pairs' | T:1 | malformed-payload: no name stands before a '=' in 'T:1': is \"assignment\" right?",
                "'payload':'csv','rows':'$' | a,b\\n1,2,3 | malformed-payload: a line has 3 values, and the first line names 2: is the separator ','?",
                "'payload':'csv','rows':'$' | a,b\\n1,\"2 | malformed-payload: no CSV: ",
                "'payload':'csv','rows':'$' | a,b | empty-message: the payload has no row",
                "'payload':'line-protocol','rows':'$' | {\"a\":1} | malformed-payload: no line protocol at character 8 of line 1: expected a blank and the fields",
                "'payload':'line-protocol','rows':'$' | a b=x | malformed-payload: no line protocol at character 6 of line 1: no number, truth or text in quotes: 'x'",
                "'payload':'line-protocol','rows':'$' | a b=NaN | malformed-payload: no line protocol at character 8 of line 1: no number",
                "'payload':'line-protocol','rows':'$' | a b=1 x | malformed-payload: no line protocol at character 7 of line 1: no timestamp: 'x'",
                "'payload':'cbor' | {} | malformed-payload: no CBOR at byte 0: ",
                "'payload':{'format':'hex','fields':{'a':{'byte':1,'type':'int16'}}} | 0g | malformed-frame: no hexadecimal digit at character 2",
                "'payload':{'format':'hex','fields':{'a':{'byte':1,'type':'int16'}}} | 0102 | malformed-frame: a frame of 2 bytes is too short for every field",
                "'contents':{'$.a':'json'} | {\"a\":\"{x\"} | malformed-json: in the text at $.a: no JSON at byte",
                "'contents':{'$.a':{'format':'base64','content':'cbor'}} | {\"a\":\"?\"} | malformed-frame: in the text at $.a: no base64: '?' is none of its characters, at character 1 of '?'",
                "'payload':{'format':'base64','content':'cbor'} | AQ I=*x | malformed-frame: no base64: '*' is none of its characters, at character 6 of 'AQ I=*x'",
                "'payload':{'format':'base64','content':'cbor'} | A | malformed-frame: no base64: it ends within a byte, or has something behind the padding: 'A'"
            })
    void whatIsOfAnotherFormatIsADeadLetter(String rules, String payload, String problem) throws Exception {
        DeclaredDialect dialect = DeclaredDialect.of(folder, rules);
        assertThatThrownBy(() -> dialect.read(payload.replace("\\n", "\n")))
                .isInstanceOfSatisfying(
                        Undecodable.class, e -> assertThat(e.reason().code() + ": " + e.getMessage())
                                .startsWith(problem));
    }

    @Test
    void muchIsNotMadeOfLittle() throws Exception {
        StringBuilder fields = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            fields.append(i == 0 ? "" : ",")
                    .append("'a_long_name_of_a_field_")
                    .append(i)
                    .append("':{'byte':0,'type':'uint8'}");
        }
        DeclaredDialect frame = DeclaredDialect.of(
                folder, "'payload':{'format':'binary','every':1,'fields':{" + fields + "}},'values':'$[0]'");
        assertThatThrownBy(() -> frame.read(new byte[10_000]))
                .isInstanceOfSatisfying(
                        Undecodable.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
        DeclaredDialect cbor = DeclaredDialect.of(folder, "'payload':'cbor'");
        byte[] deep = HexFormat.of().parseHex("81".repeat(100_000) + "00");
        assertThatThrownBy(() -> cbor.read(deep)).isInstanceOfSatisfying(Undecodable.class, e -> assertThat(e.reason())
                .isEqualTo(Reason.TOO_DEEP));
        DeclaredDialect csv = DeclaredDialect.of(folder, "'payload':'csv','rows':'$'");
        assertThatThrownBy(() -> csv.read("a\n" + "1\n".repeat(2_001)))
                .isInstanceOfSatisfying(
                        Undecodable.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'payload':'cvs' | /payload: must be one of [\"json\", \"text\", \"csv\", \"pairs\", \"form\", \"line-protocol\", \"cbor\", \"binary\", \"hex\", \"base64\", \"bytes\", \"registers\", \"columns\"]: did you mean csv?",
                "'payload':{'separator':';'} | /payload/format: is missing",
                "'payload':{'format':'csv','seperator':';'} | /payload/seperator: is no known key: did you mean separator? There are",
                "'payload':{'format':'csv','separator':';;'} | /payload/separator: must be one character",
                "'payload':'csv' | /a~1{device}: needs \"rows\": \"$\": the lines of the payload are its rows",
                "'payload':'csv','values':{'t':'$[0].t'},'timestamp':'$.t' | /a~1{device}: needs \"rows\": \"$\": the lines of the payload are its rows",
                "'payload':'line-protocol','values':'$.fields' | /a~1{device}: needs \"rows\": \"$\": the lines of the payload",
                "'payload':'columns','values':{'t':'$.t'} | /a~1{device}: needs \"rows\": \"$\": what its columns are made into",
                "'payload':{'format':'hex','every':1,'fields':{'t':{'byte':0,'type':'int8'}}},'values':{'t':'$.t'} | /a~1{device}: needs \"rows\": \"$\": ",
                "'payload':'csv','rows':'$','decimal_comma':true | /payload/separator: must not be a comma, which is the decimal point",
                "'payload':{'format':'pairs','separator':','},'decimal_comma':true | /payload/separator: must not be a comma",
                "'payload':{'format':'csv','columns':['a','','','a ']} | /payload/columns/3: stands here twice",
                "'payload':{'format':'form','columns':['a']} | /payload/columns: has no meaning for the format form",
                "'payload':'csv','rows':'$.x' | /rows: must be $: the lines of the payload are its rows",
                "'payload':'csv','rows':{'path':'$'} | /rows: must be $: the lines of the payload are its rows",
                "'rows':['$.a','$.b','$.a[*].b'] | /rows/2: $.a[*].b leads to rows that $.a leads to as well, or that lie in each other",
                "'rows':['$.a[0]','$.a.*.b'] | /rows/1: $.a.*.b leads to rows",
                "'rows':['$.a','$[\\\"a\\\"]'] | leads to rows that $.a leads to as well",
                "'rows':['$.a','@.b'] | /rows/1: @ stands for a row",
                "'rows':['$.a','$.b'],'timestamp':'@.t-1' | /timestamp: at character 4",
                "'payload':'binary' | /payload: needs \"fields\"",
                "'payload':'hex' | /payload: needs \"fields\", where the numbers stand, or \"content\"",
                "'payload':{'format':'hex','content':'text'} | /payload/content: must be another format",
                "'payload':{'format':'binary','fields':{'a':{'byte':0,'type':'int12'}}} | /payload/fields/a/type: must be one of",
                "'payload':{'format':'binary','fields':{'a':{'byte':0,'type':'int61'}}} | : did you mean int16?",
                "'payload':{'format':'binary','fields':{'a':{'type':'int8'}}} | /payload/fields/a/byte: is missing",
                "'payload':{'format':'binary','fields':{'a':{'byte':0,'type':'int8','bits':8}}} | /fields/a/bits: must be a bit from 0, the lowest, to 7",
                "'payload':{'format':'binary','fields':{'a':{'byte':0,'type':'float32','bits':8}}} | /fields/a/bits: must be",
                "'payload':{'format':'binary','fields':{'a':{'byte':0,'type':'int8','word_order':'big'}}} | /fields/a/word_order: has no meaning for Int8",
                "'payload':{'format':'binary','every':2,'fields':{'a':{'byte':1,'type':'int16'}}} | /fields/a/byte: the field would end behind byte 2",
                "'payload':{'format':'binary','fields':{'a':{'byte':0,'type':'int8','missing':['x']}}} | /fields/a/missing/0: must be a number",
                "'payload':{'format':'binary','fields':{'a':{'byte':0,'type':'uint16','missing':[-1]}}} | /fields/a/missing/0: is no Uint16 of 16 bits: it would never be found",
                "'payload':{'format':'binary','fields':{'a':{'byte':0,'type':'int16','bits':[0,11],'missing':['0x1000']}}} | /fields/a/missing/0: is no Int16 of 12 bits",
                "'payload':{'format':'binary','fields':{'a':{'byte':0,'type':'uint8','missing':[1,0.5]}}} | /fields/a/missing/1: is no Uint8 of 8 bits",
                "'payload':{'format':'binary','fields':{'a':{'byte':0,'type':'float32','missing':[1e39]}}} | /fields/a/missing/0: is no Float32 of 32 bits",
                "'payload':{'format':'binary','fields':{'a':{'byte':0,'type':'int8','scale':0}}} | /fields/a/scale: must be from 1e-15",
                "'contents':{'$.a':'binary'} | /contents/$.a: must be hex or base64",
                "'contents':{'$.a':'text'} | /contents/$.a: must be another format",
                "'contents':{'$':'json'} | /contents/$: $ is the whole payload",
                "'contents':{'$.a':'json','$[\\\"a\\\"]':'json'} | stands here twice",
                "'contents':{'a':'json'} | /contents/a: a path begins with $",
                "'device_type':'lfit' | /device_type: is no device type of this file: 'lfit': did you mean lift?"
            })
    void aBadDeclarationIsToldWithItsPlace(String rules, String problem) {
        assertThatThrownBy(() -> DeclaredDialect.of(folder, rules))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(problem);
    }

    /** Whether the id is said or stands in the payload: what has no rows has no place for it. */
    @ParameterizedTest
    @ValueSource(strings = {"d1", "$.data.id", "{$.data.id}-1"})
    void linesWithoutRowsAreRefusedWhateverTheDeviceIs(String device) {
        for (String values : List.of("", ",'values':{'t':'$.t'}")) {
            assertThatThrownBy(() ->
                            DeclaredDialect.of(folder, "a", "a", "'payload':'csv','device':'" + device + "'" + values))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("/a: needs \"rows\": \"$\"");
        }
    }
}
