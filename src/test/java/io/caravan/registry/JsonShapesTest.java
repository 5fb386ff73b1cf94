package io.caravan.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.decode.Decoded;
import io.caravan.decode.Reason;
import io.caravan.decode.Timestamps;
import io.caravan.decode.Undecodable;
import io.caravan.settings.UserError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Arrays in JSON that stand for something else: columns of a table, registers and bytes of a frame. */
class JsonShapesTest {

    @TempDir
    Path folder;

    private static String shown(Decoded row) {
        return Timestamps.format(row.timestamp()) + " " + DeclaredDialect.shown(row);
    }

    /** The example of docs/device-registry.md. */
    @Test
    void columnsBecomeRows() throws Exception {
        DeclaredDialect meteo = DeclaredDialect.of(
                folder,
                "'contents':{'$.hourly':'columns'},'rows':'$.hourly','timestamp':'@.time','values':{'temperature':'@.temperature_2m','humidity':'@.rh'}");
        assertThat(meteo
                        .read(
                                "{\"latitude\":52.5,\"hourly_units\":{\"rh\":\"%\"},\"hourly\":{\"time\":[\"2026-11-21T10:00\",\"2026-11-21T11:00\"],"
                                        + "\"temperature_2m\":[4.5,null],\"rh\":[81, 82]}}")
                        .stream()
                        .map(JsonShapesTest::shown))
                .containsExactly(
                        "2026-11-21T10:00:00.000000Z d: temperature=4.5, humidity=81.0",
                        "2026-11-21T11:00:00.000000Z d: temperature=null, humidity=82.0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'payload':'columns' | {'id':'a','t':[1,2],'v':[3,4]} | a: v=3.0; a: v=4.0",
                "'payload':{'format':'columns','columns':['t','v']} | {'id':'a','t':[1,2],'v':[3,4],'pos':[5,6,7]} | a: v=3.0, pos.0=5.0, pos.1=6.0, pos.2=7.0; a: v=4.0, pos.0=5.0, pos.1=6.0, pos.2=7.0",
                "'payload':{'format':'columns','columns':['t','v']} | {'id':'a','t':1,'v':[3]} | a: v=3.0",
                "'payload':{'format':'columns','columns':['t','v','h']} | {'id':'a','t':[1,2],'v':[3,4],'h':null} | a: v=3.0, h=null; a: v=4.0, h=null",
                "'payload':'columns' | {'id':'a','t':1,'v':{'value':3,'unit':'V'}} | a: v=3.0 V",
                "'payload':'columns' | {'id':['a','b'],'t':[1,2],'v':[[3,4],{'x':5}]} | a: v.0=3.0, v.1=4.0; b: v.x=5.0",
                "'payload':'columns' | {'id':'a','t':[ 1 ],'v':[ '3 V' ]} | a: v=3.0 V",
                "'payload':{'format':'base64','content':'columns'} | eyJpZCI6ImEiLCJ0IjpbMV0sInYiOlszXX0= | a: v=3.0"
            })
    void whatIsNoColumnStandsInEveryRow(String payload, String json, String shown) throws Exception {
        DeclaredDialect columns =
                DeclaredDialect.of(folder, "up", "up", payload + ",'rows':'$','device':'@.id','timestamp':'@.t'");
        assertThat(String.join("; ", columns.shown(json.replace('\'', '"')))).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'t':[1,2],'v':[3]} | malformed-payload: the columns are not equally long: 't' has 2 values, 'v' has 1 values",
                "{'t':[1],'v':[3],'t':[2]} | malformed-payload: two members are named 't'",
                "{'t':[],'v':[]} | empty-message: no row stands at $, where the registry says that rows do",
                "[1,2] | malformed-payload: expected an object of arrays, found an array",
                "3 | malformed-payload: expected an object of arrays, found a number",
                "{'t':[1,2],'v':[3,4} | malformed-json: no JSON at byte 19",
                "{'t':[1 | malformed-json: no JSON at byte"
            })
    void columnsThatAreNoneAreRefused(String json, String why) throws Exception {
        DeclaredDialect columns = DeclaredDialect.of(folder, "'payload':'columns','rows':'$'");
        assertThatThrownBy(() -> columns.read(json.replace('\'', '"')))
                .isInstanceOfSatisfying(
                        Undecodable.class, e -> assertThat(e.reason().code() + ": " + e.getMessage())
                                .startsWith(why));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'t':[1,2],'v':3} | the columns are not equally long: 't' has 2 values, 'v' has 1 values",
                "{'t':1,'v':[3,4]} | the columns are not equally long: 't' has 1 values, 'v' has 2 values"
            })
    void aDeclaredColumnThatIsNoArrayIsOneOfASingleValue(String json, String why) throws Exception {
        DeclaredDialect columns =
                DeclaredDialect.of(folder, "'payload':{'format':'columns','columns':['t','v']},'rows':'$'");
        assertThatThrownBy(() -> columns.read(json.replace('\'', '"'))).hasMessage(why);
    }

    /** What another member holds is nothing to the rows. */
    @Test
    void aWildcardMakesColumnsInWhichRowsStand() throws Exception {
        DeclaredDialect any = DeclaredDialect.of(
                folder, "'contents':{'$.*':'columns'},'rows':'$.a','timestamp':'@.t','values':{'v':'@.v'}");
        assertThat(any.shown("{\"a\":{\"t\":[1,2],\"v\":[3,4]},\"b\":{\"t\":[1]}}"))
                .containsExactly("d: v=3.0", "d: v=4.0");
    }

    /** The same values are the same rows, whatever is declared besides: so they are not stored twice when that is edited. */
    @Test
    void rowsOfColumnsAreTheBytesThatTheDeviceSent() throws Exception {
        byte[] payload = "{\"t\": [1, 2], \"v\": [3.10, 4]}".getBytes(StandardCharsets.UTF_8);
        DeclaredDialect before = DeclaredDialect.of(folder, "'payload':'columns','rows':'$'");
        DeclaredDialect after = DeclaredDialect.of(
                folder, "'payload':'columns','rows':'$','timestamp':'@.t','values':{'x':{'path':'@.v','scale':2}}");
        assertThat(before.parts(payload).stream().map(String::new))
                .containsExactly("[{\"t\":1,\"v\":3.10}]", "[{\"t\":2,\"v\":4}]");
        assertThat(after.read(payload).stream().map(Decoded::sequence))
                .containsExactlyElementsOf(
                        before.read(payload).stream().map(Decoded::sequence).toList());
    }

    @Test
    void columnsAreBoundedAsRowsAre() throws Exception {
        DeclaredDialect columns = DeclaredDialect.of(folder, "'payload':'columns','rows':'$'");
        String many = IntStream.range(0, 2_001).mapToObj(Integer::toString).collect(Collectors.joining(","));
        assertThatThrownBy(() -> columns.read("{\"v\":[" + many + "]}"))
                .hasMessage("more than 2000 rows in one message");
        assertThatThrownBy(() -> columns.read("{\"" + "n".repeat(40_000) + "\":[" + "1,".repeat(1_900) + "1]}"))
                .hasMessageContaining("more than 32 times its bytes");
        DeclaredDialect around = DeclaredDialect.of(folder, "'contents':{'$.r':'columns'},'rows':'$.r'");
        assertThatThrownBy(() -> around.read("{\"r\":{\"s\":\"" + "x".repeat(1_900) + "\",\"v\":[" + "1,".repeat(999)
                        + "1]},\"pad\":\"" + "x".repeat(60_000) + "\"}"))
                .hasMessageContaining("rows with what stands around them have");
    }

    /** A table of rows that are arrays needs no format. */
    @Test
    void rowsThatAreArraysAreReadByIndex() throws Exception {
        DeclaredDialect table =
                DeclaredDialect.of(folder, "'rows':'$.rows','timestamp':'@[0]','values':{'temp':'@[1]'}");
        assertThat(table.read("{\"columns\":[\"time\",\"temp\"],\"rows\":[[1700000000,21.5],[1700000060,22]]}").stream()
                        .map(JsonShapesTest::shown))
                .containsExactly(
                        "2023-11-14T22:13:20.000000Z d: temp=21.5", "2023-11-14T22:14:20.000000Z d: temp=22.0");
    }

    /** The example of docs/device-registry.md, and what else may stand in an array of numbers. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "registers | [2150, 17310, 13107] | d: r.t=21.5, r.p=316.4",
                "registers | [2150.0, 1.731e4, 13107] | d: r.t=21.5, r.p=316.4",
                "registers | [-1, 17310, 13107] | d: r.t=-0.1, r.p=316.4",
                "registers | [65535, 17310] | d: r.t=-0.1, r.p=cut off",
                "bytes | [8, 102, 67, 158, 51, 51] | d: r.t=21.5, r.p=316.4",
                "bytes | [8, 102, 67, -98, 51, 51] | d: r.t=21.5, r.p=316.4",
                "registers | '0866' | d: r=866.0"
            })
    void numbersInAnArrayAreAFrame(String format, String numbers, String shown) throws Exception {
        DeclaredDialect regs = DeclaredDialect.of(
                folder,
                "'contents':{'$.r':{'format':'" + format
                        + "','fields':{'t':{'byte':0,'type':'int16','scale':0.01},'p':{'byte':2,'type':'float32'}}}}");
        assertThat(regs.shown(("{'r':" + numbers + "}").replace('\'', '"')).stream()
                        .map(row -> row.replace("-0.01", "-0.1")))
                .containsExactly(shown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "registers | [1,65536] | at $.r: at index 1 of the array stands '65536', and no whole number from 0 to 65535, or from -32768 where it has a sign",
                "registers | [-32769] | at $.r: at index 0 of the array stands '-32769'",
                "bytes | [1,2,256] | at $.r: at index 2 of the array stands '256', and no whole number from 0 to 255, or from -128",
                "bytes | [1.5] | at $.r: at index 0 of the array stands '1.5'",
                "bytes | [1e400] | at $.r: at index 0 of the array stands '1e400'",
                "bytes | [null] | at $.r: at index 0 of the array stands null",
                "bytes | [[1]] | at $.r: at index 0 of the array stands an array",
                "bytes | [99999999999999999999] | at $.r: at index 0 of the array stands '99999999999999999999'",
                "bytes | [true] | at $.r: at index 0 of the array stands a boolean"
            })
    void numbersThatAreNoneAreToldByTheirIndex(String format, String numbers, String why) throws Exception {
        DeclaredDialect regs = DeclaredDialect.of(
                folder, "'contents':{'$.r':{'format':'" + format + "','fields':{'x':{'byte':0,'type':'uint8'}}}}");
        assertThatThrownBy(() -> regs.read("{\"r\":" + numbers + "}")).isInstanceOfSatisfying(Undecodable.class, e -> {
            assertThat(e.reason()).isEqualTo(Reason.MALFORMED_FRAME);
            assertThat(e.getMessage()).startsWith(why);
        });
    }

    @Test
    void anEmptyArrayIsNoFrame() throws Exception {
        DeclaredDialect regs = DeclaredDialect.of(
                folder,
                "'contents':{'$.r':{'format':'registers','fields':{'x':{'byte':0,'type':'uint8'}}}},'values':{'v':'$.v','x':'$.r.x'}");
        assertThat(regs.shown("{\"r\":[],\"v\":1}")).containsExactly("d: v=1.0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'rows':'$.r' | d: t=21.5, h=40.0; d: t=21.6, h=41.0",
                "'rows':['$.r','$.q'] | d: t=21.5, h=40.0; d: t=21.6, h=41.0; d: t=7.0",
                "'values':'$.own','rows':{'path':'$.r'} | d: 0=9.0; d: t=21.5, h=40.0; d: t=21.6, h=41.0"
            })
    void rowsStandInAnArrayOfNumbersBesideOthers(String rows, String shown) throws Exception {
        DeclaredDialect regs = DeclaredDialect.of(
                folder,
                "'contents':{'$.r':{'format':'registers','every':4,'fields':{'t':{'byte':0,'type':'int16','scale':0.1},'h':{'byte':2,'type':'int16'}}}},"
                        + rows);
        assertThat(String.join("; ", regs.shown("{\"r\":[215,40,216,41],\"q\":[{\"t\":7}],\"own\":[9]}")))
                .isEqualTo(shown);
    }

    @Test
    void anArrayOfNumbersMayBeTheWholePayloadAndHaveRows() throws Exception {
        DeclaredDialect regs = DeclaredDialect.of(
                folder,
                "'payload':{'format':'registers','every':4,'fields':{'a':{'byte':0,'type':'uint16'},'b':{'byte':2,'type':'uint16'}}},'rows':'$'");
        assertThat(regs.shown("[1,2,3,4]")).containsExactly("d: a=1.0, b=2.0", "d: a=3.0, b=4.0");
        DeclaredDialect text = DeclaredDialect.of(
                folder, "'contents':{'$.b.data':{'format':'bytes','content':'json'}},'values':'$.b.data'");
        List<Integer> bytes = "{\"v\":1}".chars().boxed().toList();
        assertThat(text.shown("{\"b\":{\"type\":\"Buffer\",\"data\":" + bytes + "}}"))
                .containsExactly("d: v=1.0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'payload':'columns' | : needs \"rows\": \"$\": what its columns are made into are its rows",
                "'payload':{'format':'columns','fields':{'x':{'byte':0,'type':'int8'}}},'rows':'$' | /payload/fields: has no meaning for the format columns",
                "'payload':{'format':'columns','columns':['a','a']},'rows':'$' | /payload/columns/1: stands here twice",
                "'contents':{'$.r':'registers'} | /contents/$.r: needs \"fields\", where the numbers stand, or \"content\"",
                "'contents':{'$.r':{'format':'registers','fields':{'h':{'byte':1,'type':'uint16'}}}} | /contents/$.r/fields/h/byte: must be even: a register has two bytes",
                "'contents':{'$.r':{'format':'registers','every':3,'fields':{'h':{'byte':1,'type':'uint8'}}}} | /contents/$.r/every: must be even",
                "'contents':{'$.r':'colums'} | /contents/$.r: must be one of"
            })
    void aWrongDeclarationIsTold(String rules, String problem) {
        assertThatThrownBy(() -> DeclaredDialect.of(folder, rules))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(problem);
    }
}
