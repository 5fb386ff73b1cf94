package io.caravan.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.decode.Decoded;
import io.caravan.decode.MappedDecoder;
import io.caravan.decode.Measured;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Reason;
import io.caravan.decode.Undecodable;
import io.caravan.ingest.MappedTopics;
import io.caravan.settings.UserError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dialects of a registry file: what is wrong with them, with its place, and what they read. */
class DialectProblemsTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'iot': {'topics': {'a/{device}': {}}} | /dialects/iot: is a name that Caravan uses itself",
                "'A': {'topics': {'a/{device}': {}}} | /dialects/A: is no valid name: Lower case letters, digits, _ and -, a letter first",
                "'a': {} | /dialects/a/topics: is missing",
                "'a': {'topics': {}} | /dialects/a/topics: must not be empty",
                "'a': {'topics': {'a/{device}': {'timestmap': '$.t'}}} | /dialects/a/topics/a~1{device}/timestmap: is no known key: did you mean timestamp? There are description, read, payload, contents, empty, rows, device,",
                "'a': {'topics': {'a/{device}': {'timestamp': 3}}} | /dialects/a/topics/a~1{device}/timestamp: must be a string",
                "'a': {'topics': {'a/{device}': {'timestamp': '$.t-1'}}} | /dialects/a/topics/a~1{device}/timestamp: at character 4: expected",
                "'a': {'topics': {'a/{device}': {'timestamp': '$.*'}}} | /dialects/a/topics/a~1{device}/timestamp: must lead to one place",
                "'a': {'topics': {'a/{device}': {'values': {'t': 't'}}}} | /dialects/a/topics/a~1{device}/values/t: a path begins with $",
                "'a': {'topics': {'a/{device}': {'values': {'t': 7}}}} | /dialects/a/topics/a~1{device}/values/t: must be",
                "'a': {'topics': {'a/{device}': {'values': {'t': {'scale': 0.1}}}}} | /values/t/path: is missing",
                "'a': {'topics': {'a/{device}': {'values': {'t': {'path': 't', 'scale': 0.1}}}}} | /values/t/path: a path begins with $",
                "'a': {'topics': {'a/{device}': {'values': {'t': {'path': '$.t', 'factor': 0.1}}}}} | /values/t/factor: is no known key",
                "'a': {'topics': {'a/{device}': {'values': {'t': {'path': '$.t', 'scale': '0.1'}}}}} | /values/t/scale: must be a number",
                "'a': {'topics': {'a/{device}': {'values': {'t': {'path': '$.t', 'scale': 0}}}}} | /values/t/scale: must be from 1e-15 to 1e15",
                "'a': {'topics': {'a/{device}': {'values': {'t': {'path': '$.t', 'scale': 1e999}}}}} | /values/t/scale: must",
                "'a': {'topics': {'a/{device}': {'rows': '$', 'values': {'*': {'path': '@', 'offset': []}}}}} | /values/*/offset: must be a number",
                "'a': {'topics': {'a/{device}': {'values': {'t': {'path': '$.t', 'integer': 'int12'}}}}} | /values/t/integer: must be one of",
                "'a': {'topics': {'a/{device}': {'quality': '$.q'}}} | /quality: must be an object",
                "'a': {'topics': {'a/{device}': {'quality': {'path': '$.q'}}}} | /quality/good: is missing",
                "'a': {'topics': {'a/{device}': {'quality': {'path': 'q', 'good': [0]}}}} | /quality/path: a path begins with $",
                "'a': {'topics': {'a/{device}': {'timestamp': '$.t', 'quality': {'path': '$.t', 'good': [0]}}}} | /quality/path: $.t is taken by timestamp already",
                "'a': {'topics': {'a/{device}': {'numbers': {'on': 1, 'ON': 0}}}} | /numbers/ON: stands here twice",
                "'a': {'topics': {'a/{device}': {'empty': 'drop'}}} | /dialects/a/topics/a~1{device}/empty: must be",
                "'a': {'topics': {'a/{device}': {'ignore': ['$.a', '$..b']}}} | /dialects/a/topics/a~1{device}/ignore/1: at character 3: descendants",
                "'a': {'topics': {'a/{device}': {'timestamp': '$.t', 'ignore': ['$.t']}}} | /ignore/0: $.t is taken by timestamp already",
                "'a': {'topics': {'a/{device}': {'values': {'a': '$.t', 'b': '$.t'}}}} | /values/b: $.t is taken by values/a already",
                "'a': {'topics': {'a/{device}': {'values': '$.v', 'sequence': '$.v'}}} | $.v is taken by ",
                "'a': {'topics': {'a/{device}': {'units': {'$.u': {'of': ['x']}}}}} | /units/$.u/of/0: a path begins with $",
                "'a': {'topics': {'a/{devise}': {}}} | /dialects/a/topics/a~1{devise}: '{devise}': only {tenant}",
                "'a': {'topics': {'a/+': {}}} | /dialects/a/topics/a~1+: names no device",
                "'a': {'topics': {'a/{device}': {'device': '$.d'}}} | /dialects/a/topics/a~1{device}: names the device twice",
                "'a': {'topics': {'a/{device}': {'device': 'd'}}} | /dialects/a/topics/a~1{device}: names the device twice",
                "'a': {'topics': {'a': {'device': ' '}}} | /dialects/a/topics/a/device: is no name",
                "'a': {'topics': {'{tenant}/{device}': {'tenant': 'x'}}} | /tenant: stands in the topic already",
                "'a': {'topics': {'a/{device}': {'device_type': 'boat'}}} | /device_type: is no device type of this file: 'boat'",
                "'a': {'topics': {'a/{device}': {'device_type': {'x': 'boat'}}}} | /device_type/x: is no device type of this file: 'boat'",
                "'a': {'topics': {'a/{device}': {'timestamp': '@.t'}}} | /timestamp: @ stands for a row, and",
                "'a': {'topics': {'a/{device}': {'rows': '$.r[*]', 'timestamp': '$.r[*].*.x.*'}}} | /timestamp: must lead to one place",
                "'a': {'topics': {'a/{device}': {'rows': '$.r[*]', 'sequence': '$.r[*].n'}}} | /sequence: rows with the same number",
                "'a': {'topics': {'a/{device}': {'rows': '$.r', 'metric': '$.s[*]~'}}} | /metric: ~ is the name of a row",
                "'a': {'topics': {'a/{device}': {'rows': {'timestamp': '@.t'}}}} | /rows/path: is missing",
                "'a': {'topics': {'a/{device}': {'rows': {'path': '$.r-1'}}}} | /rows/path: at character 4: expected",
                "'a': {'topics': {'a/{device}': {'rows': {'path': '$.r', 'device': '@.d'}}}} | a~1{device}/rows: names the device twice",
                "'a': {'topics': {'a/{device}': {'rows': {'path': '$.r', 'values': '@.v-'}}}} | /rows/values: at character 4: expected",
                "'a': {'topics': {'a/{device}': {'timestamp': '@.t', 'rows': {'path': '$.r'}}}} | /timestamp: @ stands for a row, and",
                "'a': {'topics': {'a/{device}': {'timestamp': '$.r', 'rows': {'path': '$.r'}}}} | /rows/path: $.r is taken by timestamp already",
                "'a': {'topics': {'a/{device}': {'rows': '@.r'}}} | /rows: @ stands for a row, and this is to say where",
                "'a': {'topics': {'a/{device}': {'rows': '$.r', 'sequence': '$.n'}}} | /sequence: rows with the same number would count as one",
                "'a': {'topics': {'a/{device}': {'rows': '$.r', 'timestamp': '@~'}}} | /timestamp: @~, the name of a row, tells its device or metric",
                "'a': {'topics': {'a/{device}': {'rows': '$.r', 'metric': '@~', 'x_a': 1, 'timestamp': '@.t-1'}}} | /timestamp: at character 4: expected . or [",
                "'a': {'topics': {'a/{device}': {'rows': '$.r', 'event_type': 'status'}}} | /rows: what are rows of status needs",
                "'a': {'topics': {'a/{device}/{metric}': {'metric': '$.m'}}} | /metric: stands in the topic already",
                "'a': {'time_zone': 'Mars', 'topics': {'a/{device}': {}}} | /dialects/a/time_zone: is no time zone: 'Mars'",
                "'a': {'topics': {'+/{device}': {}}}, 'b': {'topics': {'a/{device}': {}}} | /dialects/b/topics/a~1{device}: would never be read: all its topics are those of +/{device} of the dialect a",
                "'a': {'topics': {'a/{device}/{metric}': {}, 'a/{device}/amp': {}}} | /dialects/a/topics/a~1{device}~1amp: would never be read: all its topics are those of a/{device}/{metric}, which stands before it",
                "'a': {'topics': {'a/{device...}': {}, 'a/bridge/#': {'read': false}}} | /dialects/a/topics/a~1bridge~1#: would never be read: all its topics are those of a/{device...}, which",
                "'a': {'topics': {'a/#': {'read': false}, 'a/{device}': {}}, 'enabled': false} | /dialects/a/topics/a~1{device}: would never be read",
                "'a': {'topics': {'a/+/{device}': {}, 'a/{device}/+': {}, 'a/b/{device}': {}, '{device}/b/c': {}}} | /dialects/a/topics: the filters a/+/+ and +/b/c have topics in common"
            })
    void aProblemIsToldWithItsPlace(String dialects, String problem) {
        assertThatThrownBy(() -> registry(dialects))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(problem);
    }

    @Test
    void ofSeveralDialectsTheFirstReadsATopicThatAllOfThemHave() throws Exception {
        MappedTopics topics = new MappedTopics(file("'off': {'enabled': false, 'topics': {'#': {'device': '$.d'}}},"
                + "'a': {'topics': {'a/b': {'read': false}, 'a/{device}': {}}}, 'b': {'topics': {'+/{device}': {}, '+/{device}/s':"
                + "{'event_type': 'status'}}}"));

        assertThat(topics.isRead("a", "a/x")).isTrue();
        assertThat(topics.isRead("b", "a/x"))
                .as("while the first does not listen yet")
                .isTrue();
        topics.listens("a", false, List.of("other/+"));
        assertThat(topics.isRead("b", "a/x"))
                .as("while the first listens to others")
                .isTrue();
        topics.listens("a", false, List.of("a/+"));
        assertThat(topics.isRead("b", "a/x")).isFalse();
        assertThat(topics.isMeasured("b", "a/x")).isFalse();
        assertThat(topics.isMeasured("b", "z/x")).isTrue();
        assertThat(topics.isStatus("b", "a/x/s")).isTrue();
        assertThat(topics.isRead("a", "a/b")).isFalse();
        assertThat(topics.isRead("b", "a/b")).as("what the first passes over").isTrue();
    }

    @Test
    void whatTheFirstPassesOverAnotherMayRead() throws Exception {
        MappedTopics topics = new MappedTopics(
                file(
                        "'a': {'topics': {'a/bridge/#': {'read': false}, 'a/{device...}/set': {'read': false},"
                                + "'a/{device...}': {}}}, 'b': {'topics': {'a/bridge/{device}': {}, 'a/{device}/{metric}': {}}}"));
        topics.listens("a", false, List.of("a/#"));
        assertThat(topics.isRead("b", "a/bridge/x")).isTrue();
        assertThat(topics.isRead("b", "a/x/set")).isTrue();
        assertThat(topics.isRead("b", "a/x/y")).isFalse();
    }

    @Test
    void dialectsThatAreOffMayHaveTheTopicsOfOthers() throws Exception {
        DeviceTypes types =
                registry("'a': {'topics': {'a/{device}': {}}}, 'b': {'enabled': false, 'topics': {'+/{device}': {}}}");
        assertThat(types.dialects().keySet()).containsExactly("a", "b");
        assertThat(types.dialects().get("b").enabled()).isFalse();
        assertThat(RegistryFixture.shipped().dialects().values()).allMatch(MappedDialect::enabled);
    }

    @Test
    void filtersThatOthersCoverAreLeftOut() throws Exception {
        MappedDialect dialect = registry(
                        "'a': {'topics': {'z/b/#': {'read': false}, 'z/{device...}/on': {'event_type': 'status'},"
                                + "'z/x/{device}': {}, 'z/{device...}': {}, 'y/{device}': {}}}")
                .dialects()
                .get("a");
        assertThat(dialect.measurementFilters()).containsExactly("z/#", "y/+");
        assertThat(dialect.statusFilters()).containsExactly("z/#");
    }

    @Test
    void valuesOfTopicsOfTheirOwnAreReadAndTextsAreNumbersWhereTheRegistrySaysSo() throws Exception {
        DeviceTypes types =
                registry("'a': {'topics': {'a/{device}/{metric...}': {'payload': 'text', 'numbers': {'open': 1}}}}");
        assertThat(read(types, "a/d/temp/in", "21.5 °C")).isEqualTo("temp.in=21.5 °C");
        assertThat(read(types, "a/d/door", "open")).isEqualTo("door=1.0 null");
        assertThat(read(types, "a/d/door", "\"open\"")).isEqualTo("door=1.0 null");
        assertThat(read(types, "a/d/door", "Open")).isEqualTo("door=1.0 null");
        assertThat(read(types, "a/d/door", "{\"now\":\"OPEN\"}")).isEqualTo("door.now=1.0 null");
        assertThat(read(types, "a/d/x", "{\"y\":[1,2]}")).isEqualTo("x.y.0=1.0 null,x.y.1=2.0 null");
        assertThat(decode(types, "a/d/door", "ajar").measured().get(0).form()).isEqualTo(Measured.Form.TEXT);
        assertThat(decode(types, "a/d/door", "ajar").body().text()).isEqualTo("{\"door\":\"ajar\"}");
    }

    @Test
    void aPayloadThatIsTrueOrFalseIsABooleanUnlessTheRegistrySaysWhatItCountsAs() throws Exception {
        DeviceTypes types = registry("'a': {'topics': {'a/{device}/{metric}': {'payload': 'text',"
                + "'values': {'*': {'path': '$', 'scale': 0.1}}},"
                + "'b/{device}/{metric}': {'payload': 'text', 'numbers': {'true': 0}}}}");
        assertThat(read(types, "a/d/door", "true")).isEqualTo("door=1.0 null");
        assertThat(read(types, "a/d/door", "True")).isEqualTo("door=1.0 null");
        assertThat(read(types, "a/d/door", "False")).isEqualTo("door=0.0 null");
        assertThat(decode(types, "a/d/door", "TRUE").measurements().text()).isEqualTo("{\"door\":\"TRUE\"}");
        assertThat(decode(types, "a/d/door", "on").measured().get(0).form()).isEqualTo(Measured.Form.TEXT);
        assertThat(read(types, "b/d/door", "TRUE")).isEqualTo("door=0.0 null");
        assertThat(read(types, "b/d/door", "false")).isEqualTo("door=0.0 null");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "21,5 | x=21.5 null",
                "-3,25 °C | x=-3.25 °C",
                "21.5 | x=21.5 null",
                "1.234,5 | x=NaN null",
                "1,2,3 | x=NaN null"
            })
    void aDecimalCommaIsAPointWhereTheRegistrySaysSo(String text, String shown) throws Exception {
        DeviceTypes types = registry("'a': {'topics': {'a/{device}': {'decimal_comma': true}, 'b/{device}': {}}}");
        assertThat(read(types, "a/d", "{\"x\":\"" + text + "\"}")).isEqualTo(shown);
        assertThat(read(types, "b/d", "{\"x\":\"27,5\"}")).isEqualTo("x=NaN null");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'path':'$.t','scale':0.1}                  | 215                 | 21.5",
                "{'path':'$.t','scale':0.1}                  | 3                   | 0.3",
                "{'path':'$.t','scale':0.01}                 | 1999                | 19.99",
                "{'path':'$.t','scale':0.001}                | \"230124 V\"         | 230.124",
                "{'path':'$.t','offset':-273.15}             | 294.65              | 21.5",
                "{'path':'$.t','scale':0.1,'offset':-40}     | 615                 | 21.5",
                "{'path':'$.t','scale':-2}                   | -0.25               | 0.5",
                "{'path':'$.t','scale':1e15}                 | 1e308               | NaN",
                "{'path':'$.t','scale':1e-15,'offset':1e-15} | 1e308               | 1.0E293",
                "{'path':'$.t','scale':0.1}                  | 1e999               | NaN",
                "{'path':'$.t','scale':0.1}                  | true                | 1.0",
                "{'path':'$.t','scale':0.1}                  | \"ON\"              | 1.0",
                "{'path':'$.t','scale':0.1}                  | null                | NaN",
                "{'path':'$.t'}                              | 215                 | 215.0",
                "{'path':'$.t','scale':0.5555555555555556,'offset':-17.77777777777778} | 68 | 20.0",
                "{'path':'$.t','integer':'int16','scale':0.1} | 65531              | -0.5",
                "{'path':'$.t','integer':'int16','scale':0.1} | \"65531\"          | -0.5",
                "{'path':'$.t','integer':'int16'}            | 32767               | 32767",
                "{'path':'$.t','integer':'int16'}            | 32768               | -32768",
                "{'path':'$.t','integer':'int16'}            | -5                  | -5",
                "{'path':'$.t','integer':'int16'}            | 65536               | NaN",
                "{'path':'$.t','integer':'int16'}            | -32769              | NaN",
                "{'path':'$.t','integer':'int16'}            | 1.5                 | NaN",
                "{'path':'$.t','integer':'int16'}            | true                | 1",
                "{'path':'$.t','integer':'uint16'}           | -1                  | 65535",
                "{'path':'$.t','integer':'int8'}             | 255                 | -1",
                "{'path':'$.t','integer':'int32','offset':1} | 4294967295          | 0",
                "{'path':'$.t','integer':'uint32'}           | -1                  | 4294967295",
                "{'path':'$.t','integer':'uint32'}           | 4294967296          | NaN",
            })
    void aNumberStandsForWhatItsScaleSays(String value, String sent, double meant) throws Exception {
        DeviceTypes types =
                registry("'a': {'topics': {'a/{device}': {'numbers': {'ON': 1}, 'values': {'x': " + value + "}}}}");
        Decoded decoded = decode(types, "a/d", "{\"t\":" + sent + "}");
        assertThat(decoded.measured()).extracting(Measured::value).containsExactly(meant);
        assertThat(decoded.measurements().text()).as("what the device sent").isEqualTo("{\"x\":" + sent + "}");
    }

    @Test
    void aScaleHoldsForAllBelowItButForWhatHasOneOfItsOwn() throws Exception {
        DeviceTypes types = registry("'a': {'topics': {"
                + "'a/{device}': {'values': {'*': {'path': '$.v', 'scale': 0.1}, 'u': '$.v.u', 'w': {'path': '$.v.w', 'scale': 0.01},"
                + "'l': {'path': '$.l[*].x', 'scale': 10}}},"
                + "'b/{device}/{metric}': {'payload': 'text', 'values': {'*': {'path': '$', 'scale': 0.1}}}}}");
        assertThat(read(
                        types,
                        "a/d",
                        "{\"v\":{\"t\":215,\"u\":215,\"w\":215,\"o\":{\"t\":7}},\"l\":[{\"x\":3},{\"x\":4}]}"))
                .isEqualTo("t=21.5 null,u=215.0 null,w=2.15 null,o.t=0.7 null,l=30.0 null,l=40.0 null");
        assertThat(read(types, "b/d/temp", "215")).isEqualTo("temp=21.5 null");
        assertThat(read(types, "b/d/temp", "{\"in\":215}")).isEqualTo("temp.in=21.5 null");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'$.mv'                                                | {'mv':'3550 mV'}                  | x=3.55 null",
                "'$.mv'                                                | {'mv':{'value':3550,'unit':'mV'}} | x=3.55 null",
                "'$.mv'                                                | {'mv':{'a':3550,'b':true,'unit':'mV'}} | x.a=3.55 null,x.b=1.0 mV",
                "'$.mv'                                                | {'mv':'ON','unit':'mV'}           | x=1.0 null",
                "'$.mv','units':{'$.unit':{'of':['$.mv']}}             | {'mv':'3550 mV','unit':'V'}       | x=3.55 V",
            })
    void aScaledValueDoesNotHaveTheUnitOfWhatItIsScaledFrom(String path, String payload, String shown)
            throws Exception {
        String[] parts = path.split(",", 2);
        DeviceTypes types = registry("'a': {'topics': {'a/{device}': {'numbers': {'ON': 1}, 'values': {'x': {'path': "
                + parts[0] + ", 'scale': 0.001}}" + (parts.length > 1 ? "," + parts[1] : "") + "}}}");
        assertThat(read(types, "a/d", payload.replace('\'', '"'))).isEqualTo(shown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'d':{'temp':1,'T':2}}              | temp=2.0 null      | {'temp':2}",
                "{'d':{'T':2,'u':3,'temp':1}}        | temp=2.0 null,u=3.0 null | {'temp':2,'u':3}",
                "{'d':{'temp':{'a':1},'T':2}}        | temp=2.0 null      | {'temp':2}",
                "{'d':{'temp':1,'hum':4}}            | temp=1.0 null,hum=4.0 null | {'temp':1,'hum':4}",
                "{'d':{'temp':1,'hum':4,'T':2,'H':5}} | temp=2.0 null,hum=5.0 null | {'temp':2,'hum':5}",
                "{'d':{'temp':1,'unit':'V'}}         | temp=1.0 V         | {'temp':1,'unit':'V'}",
                "{'d':{'T':1,'T':2,'x':3,'x':4}}     | temp=2.0 null,x=4.0 null | {'temp':1,'temp':2,'x':3,'x':4}"
            })
    void whatIsNamedCountsBeforeTheRestOfAnObject(String payload, String shown, String measurements) throws Exception {
        DeviceTypes types =
                registry("'a': {'topics': {'a/{device}': {'values': {'*': '$.d', 'temp': '$.d.T', 'hum': '$.d.H'}}}}");
        Decoded decoded = decode(types, "a/d", payload.replace('\'', '"'));
        assertThat(shown(decoded)).isEqualTo(shown);
        assertThat(decoded.measurements().text()).isEqualTo(measurements.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'battery':{'percent':80,'voltage':3.1},'t':21} | battery=80.0 null,battery.voltage=3.1 null,t=21.0 null",
                "{'battery':80,'t':21}                           | battery=80.0 null,t=21.0 null",
                "{'heat':{'value':70,'unit':'F'}}                | heat=70.0 F",
                "{'x':null,'level':21}                           | level=NaN null,level=21.0 null",
                "{'x':20,'level':21}                             | level=20.0 null"
            })
    void whatIsNamedInsideAMemberOrIsNullTakesNothingFromTheRest(String payload, String shown) throws Exception {
        DeviceTypes types = registry("'a': {'topics': {'a/{device}': {'values':"
                + " {'*': '$', 'battery': '$.battery.percent', 'heat': '$.heat.value', 'level': '$.x'}}}}");
        assertThat(read(types, "a/d", payload.replace('\'', '"'))).isEqualTo(shown);
    }

    @Test
    void aPathOfAValueAloneLeavesItItsUnit() throws Exception {
        DeviceTypes types = registry("'a': {'topics': {'a/{device}': {'values': {'x': {'path': '$.mv'}}}}}");
        assertThat(read(types, "a/d", "{\"mv\":\"3550 mV\"}")).isEqualTo("x=3550.0 mV");
    }

    @Test
    void namedValuesAndTheRestOfAnObjectGoTogether() throws Exception {
        DeviceTypes types = registry("'a': {'topics': {'a': {'device': '$.id', 'tenant': 'acme', 'sequence': '$.n',"
                + "'values': {'*': '$.v', 'cool': '$.v.t', 'list': '$.l[*].x', 'part': '$.o'},"
                + "'ignore': ['$.v.*.raw', '$.v.gone']}}}");
        Decoded decoded = decode(
                types,
                "a",
                "{\"v\":{\"t\":1,\"u\":{\"value\":2,\"unit\":\"V\",\"raw\":9},\"gone\":{\"x\":1}},\"l\":[{\"x\":3},{\"x\":4}],\"o\":{\"p\":5},"
                        + "\"n\":7,\"id\":\"d\"}");
        assertThat(shown(decoded)).isEqualTo("cool=1.0 null,u=2.0 V,list=3.0 null,list=4.0 null,part.p=5.0 null");
        assertThat(decoded.tenant()).isEqualTo("acme");
        assertThat(decoded.sequence()).isEqualTo(7);
        assertThat(decoded.device()).isEqualTo("d");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                        | EMPTY_MESSAGE",
                "` \n`                      | EMPTY_MESSAGE",
                "{}                        | MISSING_DEVICE_ID",
                "{                         | MALFORMED_JSON",
                "{\"id\":\"d\",\"v\":1} x  | MALFORMED_JSON",
                "{\"v\":1}                 | MISSING_DEVICE_ID",
                "{\"id\":{},\"v\":1}       | INVALID_ID",
                "{\"id\":\"d\",\"t\":\"x\"} | INVALID_TIMESTAMP",
                "{\"id\":\"d\"}            | EMPTY_MESSAGE",
                "[1]                       | MISSING_DEVICE_ID",
                "3                         | NOT_AN_OBJECT"
            })
    void whatCannotBeReadHasItsReason(String payload, Reason reason) throws Exception {
        DeviceTypes types = registry("'a': {'topics': {'a': {'device': '$.id', 'timestamp': '$.t'}}}");
        assertThatThrownBy(() -> decode(types, "a", payload))
                .isInstanceOfSatisfying(Undecodable.class, failure -> assertThat(failure.reason())
                        .isEqualTo(reason));
    }

    @Test
    void theDeviceOfATopicMayBeSaidOutrightAndThatOfItsRowsInEachOfThem() throws Exception {
        DeviceTypes types = registry("'a': {'topics': {'energy/{metric}': {'device': 'meter-1', 'payload': 'text'},"
                + "'b': {'device': 'hub-1', 'tenant': 'acme', 'rows': {'path': '$.r', 'device': '@.id'}}}}");
        MappedDecoder decoder = types.dialects().get("a").decoder();
        byte[] message = "{\"t\":1,\"r\":[{\"id\":\"d\",\"t\":2}]}".getBytes(StandardCharsets.UTF_8);

        assertThat(decode(types, "energy/power", "3").device()).isEqualTo("meter-1");
        assertThat(decoder.addressed(raw("energy/power", message)).device()).isEqualTo("meter-1");
        assertThat(decode(types, "b", "{\"t\":1}").device()).isEqualTo("hub-1");
        RawMessage row = decoder.addressed(raw("b", message)).of(message, 1);
        assertThat(row.tenant()).isEqualTo("acme");
        assertThat(decoder.addressed(row).device()).as("it is not the hub's").isNull();
        assertThat(decoder.decode(decoder.addressed(row)).device()).isEqualTo("d");
        assertThat(new MappedTopics(file("'a': {'topics': {'energy/{metric}': {'device': 'meter-1'}}}"))
                        .isMeasured("a", "energy/power"))
                .isTrue();
    }

    /** What clears a retained message says nothing of what it was about. */
    @ParameterizedTest
    @CsvSource({"a/d/temp", "a/d/online", "b/d/temp", "c"})
    void anEmptyPayloadIsNoValueAndNoStatus(String topic) throws Exception {
        DeviceTypes types =
                registry("'a': {'topics': {'a/{device}/online': {'payload': 'text', 'event_type': 'status'},"
                        + "'a/{device}/{metric}': {'payload': 'text'}, 'b/{device}/{metric}': {},"
                        + "'c': {'rows': '$', 'device': '@.id'}}}");
        for (String payload : new String[] {"", " \r\n"}) {
            assertThatThrownBy(() -> {
                        types.dialects().get("a").decoder().parts(raw(topic, payload.getBytes(StandardCharsets.UTF_8)));
                        decode(types, topic, payload);
                    })
                    .isInstanceOfSatisfying(Undecodable.class, failure -> assertThat(failure.reason())
                            .isEqualTo(Reason.EMPTY_MESSAGE))
                    .hasMessageContaining("the payload is empty");
        }
    }

    @Test
    void whatHasNoValueIsEmptyWhateverElseItLacksAndItsTopicSaysWhetherThatIsIgnored() throws Exception {
        DeviceTypes types = registry("'a': {'topics': {'a': {'device': '$.id', 'metric': '$.name', 'values': '$.v',"
                + "'empty': 'ignore'}, 'b/{device}': {'empty': 'dead-letter'}, 'c': {'empty': 'ignore', 'device': '$.d',"
                + "'values': '$.v', 'rows': {'path': '$.r'}}}}");
        assertThatThrownBy(() -> decode(types, "a", "{\"alive\":true}"))
                .isInstanceOfSatisfying(Undecodable.class, failure -> assertThat(failure.reason())
                        .isEqualTo(Reason.EMPTY_MESSAGE));
        assertThatThrownBy(() -> decode(types, "a", "{\"v\":1}"))
                .isInstanceOfSatisfying(Undecodable.class, failure -> assertThat(failure.reason())
                        .isEqualTo(Reason.INVALID_METRIC));
        MappedDecoder decoder = types.dialects().get("a").decoder();
        assertThat(decoder.ignoresEmpty(raw("a", new byte[0]))).isTrue();
        assertThat(decoder.ignoresEmpty(raw("b/d", new byte[0]))).isFalse();
        assertThat(decoder.ignoresEmpty(raw("c", new byte[0]).of(new byte[0], 1)))
                .as("its rows as well")
                .isTrue();
        assertThat(decoder.ignoresEmpty(raw("nobody/s", new byte[0]))).isFalse();
    }

    @Test
    void anythingIsReadOrHasAReason() throws Exception {
        DeviceTypes shipped = RegistryFixture.shipped();
        String[] topics = {
            "tele/d/SENSOR",
            "tele/d/STATE",
            "tele/d/LWT",
            "shelly1/status/switch:0",
            "shelly1/online",
            "zigbee2mqtt/a/b",
            "zigbee2mqtt/a/availability",
            "v3/a/devices/d/up"
        };
        String[] pieces = {
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"Time\"",
            "\"ENERGY\"",
            "\"Id\"",
            "\"TempUnit\"",
            "\"unit\"",
            "\"value\"",
            "\"last_seen\"",
            "\"uplink_message\"",
            "\"decoded_payload\"",
            "\"rx_metadata\"",
            "\"f_cnt\"",
            "1",
            "-2.5e3",
            "1e999",
            "true",
            "null",
            "\"x\"",
            "\"\\u0000\"",
            "\"2026-03-01T12:30:05\"",
            "Online",
            "\u00ff",
            " "
        };
        Random random = new Random(5);
        for (int i = 0; i < 40_000; i++) {
            StringBuilder payload = new StringBuilder();
            for (int n = random.nextInt(24); n > 0; n--) {
                payload.append(pieces[random.nextInt(pieces.length)]);
            }
            String topic = topics[random.nextInt(topics.length)];
            for (MappedDialect dialect : shipped.dialects().values()) {
                if (dialect.decoder().rulesOf(topic) != null) {
                    try {
                        Decoded decoded = dialect.decoder()
                                .decode(raw(topic, payload.toString().getBytes(StandardCharsets.UTF_8)));
                        assertThat(decoded.device()).isNotNull();
                        assertThat(decoded.names().isEmpty()).isEqualTo(decoded.measurements() == null);
                    } catch (Undecodable e) {
                        assertThat(e.reason()).isNotEqualTo(Reason.INTERNAL_ERROR);
                    }
                }
            }
        }
    }

    private DeviceTypes registry(String dialects) throws Exception {
        return file(dialects).types();
    }

    private DeviceRegistry file(String dialects) throws Exception {
        String type = "'device_types': {'lift': {'name': 'Lift', 'update_frequency': '1_day', 'measurements': {}}}";
        String json = ("{" + type + ", 'dialects': {" + dialects + "}}").replace("'", "\"");
        return new DeviceRegistry(RegistryFixture.write(folder, json));
    }

    private static RawMessage raw(String topic, byte[] payload) {
        return new RawMessage("a", topic, null, null, 1_800_000_000_000_000L, payload);
    }

    private static Decoded decode(DeviceTypes types, String topic, String payload) throws Undecodable {
        return types.dialects().get("a").decoder().decode(raw(topic, payload.getBytes(StandardCharsets.UTF_8)));
    }

    private static String read(DeviceTypes types, String topic, String payload) throws Undecodable {
        return shown(decode(types, topic, payload));
    }

    private static String shown(Decoded decoded) {
        return String.join(
                ",",
                decoded.measured().stream()
                        .map(value -> value.metric() + '=' + value.value() + ' ' + value.unit())
                        .toList());
    }
}
