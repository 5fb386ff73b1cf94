package io.caravan.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.decode.Reason;
import io.caravan.decode.Timestamps;
import io.caravan.decode.Undecodable;
import io.caravan.settings.UserError;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ids and times that are put together, forms of times, and what stands for no value. */
class EnvelopeTest {

    @TempDir
    Path folder;

    @Test
    void anIdIsPutTogether() throws Exception {
        DeclaredDialect meter = DeclaredDialect.of(folder, "'device':'{device}-{$.port}','values':{'v':'$.v'}");
        assertThat(meter.shown("{\"port\":3,\"v\":1}")).containsExactly("d-3: v=1.0");
        assertThatThrownBy(() -> meter.read("{\"v\":1}"))
                .isInstanceOf(Undecodable.class)
                .hasMessage(
                        "no device id stands at {device}-{$.port}, where the registry says: nothing stands at $.port");
        DeclaredDialect rows =
                DeclaredDialect.of(folder, "a", "a", "'rows':'$.*','device':'{$.*~}/{@.slot}','values':{'v':'@.v'}");
        assertThat(rows.shown("{\"x\":[{\"slot\":\"p\",\"v\":1},{\"slot\":2,\"v\":2}],\"y\":[{\"slot\":0,\"v\":3}]}"))
                .containsExactly("x/p: v=1.0", "x/2: v=2.0", "y/0: v=3.0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'path':'$.t','pattern':'dd.MM.yyyy HH:mm:ss','time_zone':'Europe/Berlin'} | {'t':'21.11.2026 10:15:30'} | 2026-11-21T09:15:30.000000Z",
                "{'path':'$.t','pattern':'dd.MM.yyyy HH:mm:ss'} | {'t':' 21.11.2026 10:15:30 '} | 2026-11-21T10:15:30.000000Z",
                "{'path':'$.t','pattern':'MMM d yyyy h:mm a'} | {'t':'nov 21 2026 9:15 PM'} | 2026-11-21T21:15:00.000000Z",
                "{'path':'$.t','pattern':'HH:mm:ss MM/dd/yyyy zzz'} | {'t':'07:16:17 06/16/2021 UTC'} | 2021-06-16T07:16:17.000000Z",
                "{'path':'$.t','pattern':'yyMMddHHmmss'} | {'t':160513140000} | 2016-05-13T14:00:00.000000Z",
                "{'path':['$.d','$.t'],'pattern':'dd/MM/yyyy HH:mm'} | {'t':'10:15','d':'21/11/2026'} | 2026-11-21T10:15:00.000000Z",
                "{'path':['$.d','$.t']} | {'t':'10:15:30','d':'2026-11-21'} | 2026-11-21T10:15:30.000000Z",
                "{'path':'$.t','time_zone':'+01:00'} | {'t':'2026-11-21 10:15:30'} | 2026-11-21T09:15:30.000000Z"
            })
    void aTimeIsOfItsForm(String timestamp, String payload, String shown) throws Exception {
        DeclaredDialect dialect =
                DeclaredDialect.of(folder, "'values':{'v':'$.v'},'event_type':'x','timestamp':" + timestamp);
        assertThat(Timestamps.format(
                        dialect.read(payload.replace('\'', '"')).get(0).timestamp()))
                .isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "dd.MM.yyyy | 28.02.2026 | 2026-02-28T00:00:00.000000Z",
                "dd.MM.yyyy | 31.02.2026 | no such day or time of day: '31.02.2026'",
                "dd.MM.yyyy | 31.06.2026 | no such day",
                "dd.MM.yyyy HH:mm | 31.06.2026 24:00 | no such day",
                "yyyyMMddHHmmss | 20260230101500 | no such day",
                "uuuu-DDD | 2026-366 | no such day",
                "yyMMdd hh:mm a | 260630 01:15 pm | 2026-06-30T13:15:00.000000Z",
                "yyyy-MM-dd HH:mm zzz | 2026-06-30 10:15 BST | a name of a zone that may mean several",
                "yyyy-MM-dd HH:mm zzz | 2026-06-30 10:15 IST | a name of a zone",
                "yyyy-MM-dd HH:mm zzz | 2026-06-30 10:15 CET | a name of a zone",
                "yyyy-MM-dd HH:mm zzzz | 2026-06-30 10:15 CET | a name of a zone",
                "yyyy-MM-dd HH:mm zzz | 2026-06-30 10:15 GMT | 2026-06-30T10:15:00.000000Z",
                "yyyy-MM-dd HH:mm VV | 2026-06-30 10:15 Europe/Berlin | 2026-06-30T08:15:00.000000Z",
                "yyyy-MM-dd HH:mm XXX | 2026-06-30 10:15 +01:00 | 2026-06-30T09:15:00.000000Z",
                "yyyy-MM-dd[ HH:mm:ss][ hh:mm] | 2026-06-30 10:15 | no time between 1970 and 9999",
                "yyyy-MM-dd[ HH:mm:ss][ hh:mm] | 2026-06-30 10:15:30 | 2026-06-30T10:15:30.000000Z"
            })
    void whatIsNoTimeIsNotTakenForAnother(String pattern, String time, String shown) throws Exception {
        DeclaredDialect dialect = DeclaredDialect.of(
                folder, "'values':{'v':'$.v'},'timestamp':{'path':'$.t','pattern':'" + pattern + "'}");
        String read;
        try {
            read = Timestamps.format(
                    dialect.read("{\"v\":1,\"t\":\"" + time + "\"}").get(0).timestamp());
        } catch (Undecodable e) {
            assertThat(e.reason()).isEqualTo(Reason.INVALID_TIMESTAMP);
            read = e.getMessage();
        }
        assertThat(read).startsWith(shown);
    }

    @Test
    void aDayThatDoesNotExistIsToldAsSuch() throws Exception {
        DeclaredDialect dialect = DeclaredDialect.of(folder, "'values':{'v':'$.v'},'timestamp':'$.t'");
        assertThatThrownBy(() -> dialect.read("{\"v\":1,\"t\":\"2026-02-30 12:00:00\"}"))
                .hasMessage("no such day, time of day or offset: '2026-02-30 12:00:00'");
    }

    @Test
    void aTimeOfAnotherFormIsADeadLetterAndNoTimeIsNone() throws Exception {
        DeclaredDialect dialect = DeclaredDialect.of(
                folder, "'timestamp':{'path':['$.d','$.t'],'pattern':'dd.MM.yyyy HH:mm'},'values':{'v':'$.v'}");
        for (String day : new String[] {"\"2026-11-21\"", "\"31.02.1969\"", "[]"}) {
            assertThatThrownBy(() -> dialect.read("{\"v\":1,\"d\":" + day + ",\"t\":\"10:15\"}"))
                    .isInstanceOfSatisfying(
                            Undecodable.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_TIMESTAMP));
        }
        assertThatThrownBy(() -> dialect.read("{\"v\":1,\"d\":\"x\",\"t\":\"y\"}"))
                .hasMessage(
                        "no time between 1970 and 9999 of the form dd.MM.yyyy HH:mm, which the registry says: 'x y'");
        assertThat(dialect.read("{\"v\":1,\"d\":null,\"t\":\"10:15\"}").get(0).timestamp())
                .isEqualTo(io.caravan.decode.Decoded.NO_TIME);
    }

    @Test
    void whatStandsForNoValueIsNull() throws Exception {
        DeclaredDialect dialect = DeclaredDialect.of(
                folder,
                "'missing':[-999,'N/A'],'values':{'*':{'path':'$','scale':0.1,'missing':[32768]},'raw':'$.raw'}");
        assertThat(
                        dialect.shown(
                                "{\"a\":-999,\"b\":\" n/a \",\"c\":32768,\"d\":\"-999.0\",\"e\":[-9990,null],\"raw\":32768,\"f\":\"-999 V\"}"))
                .containsExactly("d: a=null, b=null, c=null, d=null, e.0=-999.0, e.1=null, raw=32768.0, f=null");
        DeclaredDialect text = DeclaredDialect.of(folder, "'payload':'text','missing':['---'],'values':{'t':'$'}");
        assertThat(text.shown("---")).containsExactly("d: t=null");
    }

    @Test
    void aNumberThatIsMissingMayBeDeclaredAsAText() throws Exception {
        DeclaredDialect dialect = DeclaredDialect.of(
                folder,
                "'missing':['-999'],'values':{'*':'$','a':{'path':'$.a','missing':['0x8000'],'integer':'int16','scale':0.1}}");
        assertThat(dialect.shown("{\"a\":32768,\"b\":-999,\"c\":\"-999.0\",\"d\":\"0x8000\"}"))
                .containsExactly("d: a=null, b=null, c=null, d=text");
        assertThat(dialect.shown("{\"a\":\"0x8000\",\"b\":32768}")).containsExactly("d: a=null, b=32768.0");
    }

    @Test
    void partsOfATimeMayHaveBlanksAroundThem() throws Exception {
        DeclaredDialect dialect = DeclaredDialect.of(folder, "'values':{'v':'$.v'},'timestamp':{'path':['$.d','$.t']}");
        assertThat(Timestamps.format(dialect.read("{\"v\":1,\"d\":\"2026-11-21 \",\"t\":\" 10:15:30\"}")
                        .get(0)
                        .timestamp()))
                .isEqualTo("2026-11-21T10:15:30.000000Z");
    }

    @Test
    void whatHasNoValueByDesignMayBeNullOrBlank() throws Exception {
        DeclaredDialect dialect = DeclaredDialect.of(folder, "'values':'$.pl','empty':'ignore'");
        for (String nothing : new String[] {"null", "\"\"", "\" \"", "{}"}) {
            assertThatThrownBy(() -> dialect.read("{\"pl\":" + nothing + "}"))
                    .isInstanceOfSatisfying(
                            Undecodable.class, e -> assertThat(e.reason()).isEqualTo(Reason.EMPTY_MESSAGE));
        }
        assertThatThrownBy(() -> dialect.read("{\"pl\":5}"))
                .hasMessage("expected a JSON object at $.pl, found a number");
    }

    @Test
    void aMemberWithoutANameIsPassedOver() throws Exception {
        DeclaredDialect dialect = DeclaredDialect.of(folder, "'values':'$'");
        assertThat(dialect.shown("{\"t\":20,\"\":3,\"a\":{\"\":{\"x\":[4]},\"b\":5}}"))
                .containsExactly("d: t=20.0, a.b=5.0");
    }

    @Test
    void whatIsNoIdOrNameIsToldWithItsPlace() throws Exception {
        DeclaredDialect dialect =
                DeclaredDialect.of(folder, "a", "a", "'device':'$.d.id','metric':'$.n','values':'$.v'");
        assertThatThrownBy(() -> dialect.read("{\"d\":{\"id\":4.0},\"n\":\"x\",\"v\":1}"))
                .hasMessage(
                        "the device id must be a text or a whole number: '4.0' stands at $.d.id; in quotes it would be a text");
        assertThatThrownBy(() -> dialect.read("{\"d\":{\"id\":4},\"v\":1}"))
                .hasMessage("no name of a metric stands at $.n, where the registry says that one does");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'hub':4.0,'r':[{'id':1,'v':1},{'id':2,'v':2}]} | each part of the device id must be a text or a whole number: '4.0' stands at $.hub; in quotes it would be a text",
                "{'hub':1,'r':[{'id':1,'v':1},{'id':{},'v':2}]}  | each part of the device id must be a text or a whole number: an object stands at @.id",
                "{'hub':1,'r':[{'id':1,'v':1},{'id':' ','v':2}]} | each part of the device id at @.id must be 1 to 200 characters without control characters: ' '",
                "{'hub':1,'s':'','r':[{'id':1,'v':1},{'id':2,'v':2}]} | the site at $.s must be 1 to 200 characters without control characters: ''"
            })
    void aPartOfAnIdThatIsNoneIsToldByItsPath(String payload, String problem) throws Exception {
        DeclaredDialect dialect = DeclaredDialect.of(
                folder, "a", "a", "'rows':'$.r','device':'{$.hub}-{@.id}','site':'$.s','values':{'v':'@.v'}");
        assertThatThrownBy(() -> dialect.read(payload.replace('\'', '"')))
                .isInstanceOfSatisfying(
                        Undecodable.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_ID))
                .hasMessage(problem);
    }

    @Test
    void severalPlacesMaySayWhatValuesAreWorth() throws Exception {
        DeclaredDialect dialect = DeclaredDialect.of(
                folder,
                "'values':{'v':'$.v'},'quality':[{'path':'$.q','good':[0]},{'path':'$.valid','good':[true],'uncertain':['old']}]");
        assertThat(dialect.shown("{\"v\":1,\"q\":0,\"valid\":true}")).containsExactly("d: v=1.0");
        assertThat(dialect.shown("{\"v\":1,\"q\":0,\"valid\":false}")).containsExactly("d: v=BAD");
        assertThat(dialect.shown("{\"v\":1,\"q\":7,\"valid\":true}")).containsExactly("d: v=BAD");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'device':'x-{device}-{$.p-1}' | /device: at character 4: expected",
                "'device':'{$.p}' | names the device twice",
                "'device':'{device}-{tenant}' | /device: a brace in '-{tenant}' is of no part: there are {device}, and paths such as {$.port}",
                "'device':'{device}}' | /device: a brace in '}' is of no part",
                "'device':'{device}{$.*}' | /device: must lead to one place",
                "'timestamp':{'pattern':'dd'} | /timestamp/path: is missing",
                "'timestamp':{'path':['$.a','$.*']} | /timestamp/path/1: must lead to one place",
                "'timestamp':{'path':'$.t','pattern':'dd.MM.yyyy hh:mm'} | /timestamp/pattern: does not tell year, month and day, or tells hours of half a day",
                "'timestamp':{'path':'$.t','pattern':'HH:mm'} | /timestamp/pattern: does not tell year",
                "'timestamp':{'path':'$.t','pattern':'Tt'} | /timestamp/pattern: is no pattern such as dd.MM.yyyy HH:mm:ss: Unknown pattern letter: T",
                "'timestamp':{'path':'$.t','pattern':'dd.MM.yyyy HH:MM'} | /timestamp/pattern: has months (M) behind hours",
                "'timestamp':{'path':'$.t','pattern':'dd.MM.yyyy HH:mm:SS'} | /timestamp/pattern: has months (M) behind hours, or parts of a second",
                "'timestamp':{'path':'$.t','time_zone':'Berlin'} | /timestamp/time_zone: is no time zone",
                "'timestamp':{'path':'$.t','patern':'dd'} | /timestamp/patern: is no known key: did you mean pattern?",
                "'quality':[{'path':'$.q'}] | /quality/0/good: is missing",
                "'status':'$.s' | /status: has no meaning without \"event_type\": \"status\"",
                "'offline':['x'],'event_type':'alarm' | /offline: has no meaning without",
                "'missing':-999 | /missing: must be an array"
            })
    void aBadDeclarationIsToldWithItsPlace(String rules, String problem) {
        assertThatThrownBy(() -> DeclaredDialect.of(folder, rules))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'device':'{devise}-{$.b}' | /device: a brace in '{devise}-' is of no part",
                "'device':'{devise}' | /device: a brace in '{devise}' is of no part",
                "'device':'{device}-{$.b}' | /device: has {device}, which the topic has not",
                "'values':'$' | names no device: neither {device} in the topic"
            })
    void aBadIdOfATopicWithoutDeviceIsTold(String rules, String problem) {
        assertThatThrownBy(() -> DeclaredDialect.of(folder, "a", "a", rules))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(problem);
    }
}
