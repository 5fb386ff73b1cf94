package io.caravan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * caravan try. Each file {@code *.txt} of {@code src/test/resources/try} holds a command line and what it prints; to add one
 * is to test one.
 */
class TryCommandTest {

    private static final Path EXAMPLES = Path.of("src", "test", "resources", "try");
    private static final String BREAKER = "{\"device_type\":\"smart_breaker\",\"measurements\":{\"temperature\":31.5}}";

    private static final Logger LOG = (Logger) LoggerFactory.getLogger(TryCommand.class.getPackageName());

    private final Level level = LOG.getLevel();

    @TempDir
    private Path folder;

    static Stream<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void whatAPayloadWouldBecomeIsShown(Path example) throws IOException {
        List<String> lines = Files.readAllLines(example);
        List<String> arguments = new ArrayList<>(List.of("--received-at", "2026-11-21T12:00:00Z"));
        for (String argument : lines.get(0).split(" ")) {
            boolean isFile = Files.exists(EXAMPLES.resolve(argument));
            arguments.add(isFile ? EXAMPLES.resolve(argument).toString() : argument);
        }

        Answer answer = tried(arguments.toArray(String[]::new));

        String shown = answer.out
                .replaceAll("\"(enriched_at|query_timestamp)\":\"[^\"]*\"", "\"$1\":\"...\"")
                .replace(EXAMPLES + "/", "");
        assertThat(shown.lines()).containsExactlyElementsOf(lines.subList(1, lines.size()));
        assertThat(answer.exitCode).isEqualTo(shown.matches("(?s).*(dead letter: |\"reason\":).*") ? 1 : 0);
        assertThat(answer.err).isEmpty();
    }

    /** A command is a process of its own; here others come after it, and want to log. */
    @AfterEach
    void restoreLog() {
        LOG.setLevel(level);
    }

    @Test
    void lineEndingsOfWindowsAndTheStandardInputAreFine() throws IOException {
        String payload = BREAKER.replace(",", ",\r\n") + "\r\n";
        Path file = Files.writeString(folder.resolve("payload 1.json"), payload);
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(payload.getBytes(UTF_8)));
        try {
            Answer answer = tried("--topic", "iot/b1/raw", file.toString(), "-");

            assertThat(answer.exitCode).isZero();
            assertThat(answer.out.lines().filter(line -> line.startsWith("  temperature   31.5  °C    UNCERTAIN  ")))
                    .hasSize(2);
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void aFolderOfRoutesMayBeASymbolicLink() throws IOException {
        Path link = Files.createSymbolicLink(
                folder.resolve("routes"), Path.of("routes").toAbsolutePath());
        String settings = Files.writeString(
                        folder.resolve("application.properties"),
                        Files.readString(Path.of("application.properties")) + "\ncaravan.routes.folder=" + link + "\n")
                .toString();
        String file = Files.writeString(folder.resolve("b"), BREAKER).toString();

        assertThat(tried("--config", settings, "--topic", "iot/b1/raw", file).out)
                .startsWith("enriched");
    }

    @Test
    void coloursAreForTerminals() throws IOException {
        String file = Files.writeString(folder.resolve("b"), BREAKER).toString();

        assertThat(tried("--topic", "iot/b1/raw", file).out).doesNotContain("\u001b");
        assertThat(execute(CommandLine.Help.Ansi.ON, "--topic", "iot/b1/raw", file).out)
                .contains("\u001b[32menriched\u001b[0m", "\u001b[33mUNCERTAIN\u001b[0m");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--topic nobody/reads/this FILE|no route takes in the topic nobody/reads/this",
                "--topic iot/b1/raw --dialect building FILE|no route of the dialect 'building' takes in the topic iot/b1/raw, only of iot",
                "--topic iot/+/raw FILE|--topic must be a topic without + and #",
                "--topic iot/b1/raw --received-at soon FILE|--received-at: no time",
                "--topic iot/b1/raw nowhere.json|Cannot read nowhere.json",
                "--topic iot/b1/raw --f2-template FILE FILE|--f2-template is for topics of F2 sensors",
                "--topic stat/f2-a/sensor-mode/J6/sensor-1 --f2-template FILE FILE|--f2-template is for topics of F2 sensors",
                "--topic stat/f2-a/sensor-mode/J5/sensor-1 --f2-template FILE FILE|measurements: There is no such field",
                "--topic iot/b1/raw|Missing required parameter: 'FILE'",
                "FILE|Missing required option: '--topic=TOPIC'"
            })
    void aWrongCommandLineIsToldInOneLine(String example) throws IOException {
        String file = Files.writeString(folder.resolve("b"), BREAKER).toString();
        String[] both = example.split("\\|");

        Answer answer = tried(both[0].replace("FILE", file).split(" "));

        assertThat(answer.err.lines().findFirst().orElse("")).contains(both[1]);
        assertThat(answer.exitCode).isEqualTo(2);
        assertThat(answer.out).isEmpty();
    }

    @Test
    void whatItsDialectIgnoresIsShownAsSuch() throws IOException {
        String settings = settings(
                "'hub':{'topics':{'hub/{device}':{'empty':'ignore','values':{'t':{'path':'$.t','scale':0.1}}}}}");
        String alive = payload("{'alive':true}");

        Answer answer = tried("--config", settings, "--topic", "hub/h1", alive);
        assertThat(answer.out.lines())
                .startsWith(
                        "ignored: it is counted, and goes nowhere",
                        "  detail     nothing stands at $.t, where the registry says that values do")
                .noneMatch(line -> line.contains("topics"));
        assertThat(answer.exitCode).isEqualTo(1);
        assertThat(tried("--config", settings, "--json", "--topic", "hub/h1", alive).out)
                .contains("\"reason\":\"ignored\"", "\"topics\":[]");
        assertThat(tried("--config", settings, "--topic", "hub/h1", payload("{'t':215}")).out)
                .contains("  t        21.5")
                .doesNotContain("Nothing stands");
    }

    @Test
    void thePayloadIsShownAsTheJsonThatPathsApplyTo() throws IOException {
        String settings =
                settings("'csv':{'topics':{'csv/{device}':{'payload':'csv','rows':'$','values':{'t':'@.t','h':'@.h'}},"
                        + "'raw/{device}':{'payload':{'format':'binary','fields':{'t':{'byte':0,'type':'uint8'}}}}}}");
        String lines = payload("t,x\n21.5,1\n22,2\n");

        assertThat(tried("--config", settings, "--topic", "csv/c1", lines).out)
                .contains(
                        "Read as the JSON that paths of the registry apply to:",
                        "[{\"t\":\"21.5\",\"x\":\"1\"},{\"t\":\"22\",\"x\":\"2\"}]",
                        "  t        21.5",
                        "  t          22",
                        "Nothing stands in this payload at @.h, where the registry says that values do");
        assertThat(tried("--config", settings, "--topic", "csv/c1", payload("t\n1,2\n")).out)
                .contains("malformed-payload", "a line has 2 values, and the first line names 1")
                .doesNotContain("Read as");
        assertThat(tried("--config", settings, "--topic", "raw/r1", payload("{")).out)
                .contains("{\"t\":123}", "  t         123");
    }

    @Test
    void pathsToValuesThatLeadNowhereAreTold() throws IOException {
        String settings = settings(
                "'hub':{'topics':{'hub/up':{'rows':'$.r','device':'@.id','values':{'t':'@.t','h':'@.h','z':'$.z[*].v'}},"
                        + "'hub/{device}':{'payload':'text','values':{'now':'$.now','then':'$.then'},'rows':{'path':'$.old','values':{'t':'@.t'}}}}}");
        String rows = payload("{'z':[1,{'v':null}],'r':[{'id':'a','t':1},{'id':'b','t':2}]}");

        assertThat(tried("--config", settings, "--topic", "hub/up", rows).out)
                .contains("Nothing stands in this payload at @.h, where the registry says that values do")
                .containsOnlyOnce("Nothing stands");
        assertThat(tried("--config", settings, "--topic", "hub/h1", payload("{'now':1}")).out)
                .contains("Nothing stands in this payload at $.then, @.t, where");
        assertThat(tried("--config", settings, "--topic", "hub/up", payload("{'r':[{'t':1}]}")).out)
                .contains("  detail     no device id stands at @.id, where the registry says");
        assertThat(tried("--config", settings, "--json", "--topic", "hub/up", rows)
                        .out
                        .lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("{"));
        assertThat(tried("--config", settings, "--topic", "hub/h1", payload("3")).out)
                .doesNotContain("Nothing stands");
    }

    /** Paths apply to what the format makes of the payload: where it makes nothing, none of them is wrong. */
    @Test
    void noPathIsDoubtedWhereThePayloadIsNotOfItsFormat() throws IOException {
        String settings = settings(
                "'hub':{'topics':{'hub/{device}':{'contents':{'$.c':'columns'},'rows':'$.c','timestamp':'@.t'}}}");

        assertThat(tried("--config", settings, "--topic", "hub/h1", payload("{'c':{'t':[1],'v':[2,3]}}")).out)
                .contains("malformed-payload", "the columns are not equally long")
                .doesNotContain("Nothing stands");
    }

    @Test
    void everyPathThatLeadsNowhereIsToldWithWhatMayBeMeant() throws IOException {
        String settings = settings("'hub':{'topics':{'hub/up':{'device':'{$.hub}-{$.prot}','timestamp':'$.tiem',"
                + "'sequence':'$.seq','ignore':['$.debgu','$.there'],'site':'$.a.site','values':{'t':'$.data.temp'},"
                + "'units':{'$.unti':{'of':['$.data.temp']}},'quality':{'path':'$.q','good':[0]},'contents':{'$.data':'json'}},"
                + "'hub/{device}/LWT':{'event_type':'status','status':'$.statu'}}}");
        String up = tried(
                        "--config",
                        settings,
                        "--topic",
                        "hub/up",
                        payload(
                                "{'hub':1,'port':2,'time':3,'there':1,'debug':4,'a':'b','unit':'C','data':'{\\\"tmep\\\":1}'}"))
                .out;

        assertThat(up.lines())
                .contains(
                        "dead letter: missing-device-id",
                        "Nothing stands in this payload at $.prot, where the registry has \"device\" ($.prot: did you mean port?)",
                        "Nothing stands in this payload at $.tiem, where the registry has \"timestamp\" ($.tiem: did you mean time?)",
                        "Nothing stands in this payload at $.seq, where the registry has \"sequence\"",
                        "Nothing stands in this payload at $.debgu, where the registry has \"ignore\" ($.debgu: did you mean debug?)",
                        "Nothing stands in this payload at $.a.site, where the registry has \"site\" ($.a.site: site cannot be in a string)",
                        "Nothing stands in this payload at $.data.temp, where the registry says that values do ($.data.temp: did you mean tmep?)",
                        "Nothing stands in this payload at $.q, where the registry has \"quality\"")
                .noneMatch(line -> line.contains("contents"));
        assertThat(tried("--config", settings, "--topic", "hub/h1/LWT", payload("{'status':'offline'}")).out)
                .contains("presence   online", "at $.statu, where the registry has \"status\" ($.statu: did you mean");
    }

    @Test
    void whyAValueIsNoNumberIsToldAndOfWhichRow() throws IOException {
        String settings = settings(
                "'hub':{'topics':{'hub/up':{'rows':'$','device':'{@.hub}-{@.id}','missing':[-999,'N/A'],'ignore':['@.raw']}}}");
        String rows = payload(
                "[{'hub':'a','id':1,'t':'21,5','h':'0x1F','s':'ON','n':null,'m':-999,'p':'n/a','raw':'x',"
                        + "'v':{'value':'x','unit':'V'},'ok':'3 V','serial':'17'},{'hub':'a','t':1},{'hub':'a','id':2,'t':'-999'}]");

        assertThat(tried("--config", settings, "--topic", "hub/up", rows).out.lines())
                .containsSubsequence(
                        "enriched",
                        "  row        1",
                        "  readings   1",
                        "  no value   t: '21,5' has a comma: where that is the decimal point, say \"decimal_comma\": true",
                        "  no value   h: '0x1F' has hexadecimal digits: \"contents\" with the format hex reads them",
                        "  no value   s: 'ON' is a text, and no number: what it counts as, \"numbers\" can say",
                        "  no value   n: null",
                        "  no value   m: -999 stands for no value, as \"missing\" says",
                        "  no value   p: 'n/a' stands for no value, as \"missing\" says",
                        "  no value   v: 'x' is a text, and no number: what it counts as, \"numbers\" can say",
                        "  no value   serial: '17' is of a measurement that is declared a string: an event, and no reading",
                        "dead letter: missing-device-id",
                        "  row        2",
                        "  detail     no device id stands at {@.hub}-{@.id}, where the registry says: nothing stands at @.id",
                        "dead letter: empty-message",
                        "  row        3",
                        "  no value   t: '-999' stands for no value, as \"missing\" says")
                .noneMatch(line -> line.contains("raw") && line.contains("no value"));
    }

    @Test
    void whyAValueIsBadIsTold() throws IOException {
        String settings = settings("'hub':{'topics':{'hub/{device}':{'values':{'i':{'path':'$.i','integer':'int16'},"
                + "'v':'$.v','x':'$.x'},'quality':{'path':'$.q','good':[0]}},"
                + "'num/{device}':{'values':{'i':{'path':'$.i','integer':'int16'},'x':'$.x','f':'$.f'}}}}");

        assertThat(tried("--config", settings, "--topic", "num/n1", payload("{'i':70000,'x':1e999,'f':1}"))
                        .out
                        .lines())
                .contains(
                        "  no value   i: 70000 is no number of the type that \"integer\" says",
                        "  no value   x: NaN, infinite, or beyond what can be kept, such as 1e999")
                .noneMatch(line -> line.contains("no value   f"));
        assertThat(tried("--config", settings, "--topic", "hub/h1", payload("{'v':42,'q':7}")).out)
                .contains(
                        "  no value   v: 42 is not to be used: what stands where \"quality\" says is neither in \"good\""
                                + " nor in \"uncertain\"");
    }

    @Test
    void whatIsMissingInOneRowOfSeveralIsTold() throws IOException {
        String settings = settings(
                "'hub':{'topics':{'hub/{device}':{'rows':'$','values':{'t':'@.t','h':'@.h','z':'@.z'},"
                        + "'ignore':['@.debug'],'timestamp':'@.at'},'cbor/{device}':{'contents':{'$.r':'json'},'rows':'$.r','values':{'t':'@.t','h':'@.h'}}}}");
        String rows = payload("[{'at':1700000000,'t':1,'h':2,'debug':1},{'at':1700000001,'t':1},{'t':3,'h':null}]");

        assertThat(tried("--config", settings, "--topic", "hub/h1", rows).out)
                .contains(
                        "Nothing stands in this payload at @.z, where the registry says that values do",
                        "Nothing stands at @.h in 1 of 3 rows (2), where the registry says that values do",
                        "Nothing stands at @.at in 1 of 3 rows (3), where the registry has \"timestamp\"")
                .doesNotContain("@.debug", "@.t in", "@.z in");
        String held = payload("{'r':'[{\\'t\\':1,\\'h\\':2},{\\'t\\':3}]'}");
        assertThat(tried("--config", settings, "--topic", "cbor/h1", held).out)
                .contains("Nothing stands at @.h in 1 of 2 rows (2), where");
    }

    @Test
    void aColumnThatTheRegistryNamesAndNoRowHasIsTold() throws IOException {
        String settings = settings(
                "'hub':{'topics':{'col/{device}':{'contents':{'$.h':{'format':'columns','columns':['t','temp','hum']}},"
                        + "'rows':'$.h','values':'@'},'csv/{device}':{'payload':{'format':'csv','columns':['t','','temp']},'rows':'$','values':'@'}}}");

        assertThat(tried(
                                "--config",
                                settings,
                                "--topic",
                                "col/h1",
                                payload("{'h':{'t':[1,2],'tmp':[3,4],'hum':[5,6]}}"))
                        .out)
                .contains("No row at $.h has temp, which the registry names among \"columns\"");
        assertThat(tried("--config", settings, "--topic", "csv/h1", payload("1,2\n3,4\n")).out)
                .contains("No row at $ has temp, which the registry names");
        assertThat(tried("--config", settings, "--topic", "csv/h1", payload("1,2,3\n3,4\n")).out)
                .doesNotContain("No row at");
    }

    @ParameterizedTest
    @CsvSource({
        "1763600000000, s, 1970, ms, 2025-11-20T00:53:20.000000Z",
        "1763600000, ms, 1970, s, 2025-11-20T00:53:20.000000Z",
        "820454400, ms, 2000, , ",
        "45982, s, 1899, d, ",
        "1763600000, s, 1970, , ",
        "5, s, 1970, , ",
        "n/a, s, 1970, , "
    })
    void anEpochThatIsHardlyInItsUnitIsTold(String time, String unit, String epoch, String meant, String would)
            throws IOException {
        String settings = settings("'hub':{'topics':{'hub/{device}':{'timestamp':{'path':'$.t','epoch':'" + epoch
                + "-01-01T00:00:00Z','unit':'" + unit + "'},'values':{'v':'$.v'}}}}");

        String shown = tried("--config", settings, "--topic", "hub/h1", payload("{'t':'" + time + "','v':1}")).out;
        if (meant == null) {
            assertThat(shown).doesNotContain("may be wrong");
        } else {
            assertThat(shown)
                    .contains("\"unit\" of \"timestamp\" may be wrong: '" + time + "' is hardly a number of " + unit
                            + " since " + epoch + "-01-01T00:00:00Z: with \"unit\": \"" + meant + "\" it would be "
                            + (would == null ? "" : would));
        }
    }

    @Test
    void aPayloadThatLooksAsIfItHadRowsIsTold() throws IOException {
        String settings =
                settings("'hub':{'topics':{'hub/{device}':{},'one/{device}':{'values':{'t':'$.a[\\\"h-1\\\"].temp'}},"
                        + "'rows/{device}':{'contents':{'$.h':'columns'},'rows':'$.h'}}}");
        String flat = payload("{'time':[1,2],'temp':[21,22],'xyz':[1,2,3],'one':[1]}");

        assertThat(tried("--config", settings, "--topic", "hub/h1", flat).out)
                .contains("Arrays of the same length stand side by side at $ (time, temp): where their elements are of"
                        + " several times, say \"payload\": \"columns\" and \"rows\": \"$\"");
        assertThat(tried(
                                "--config",
                                settings,
                                "--topic",
                                "one/h1",
                                payload("{'a':{'h-1':{'time':['a','b'],'temp':[21,22]}}}"))
                        .out)
                .contains(
                        "side by side at $.a['h-1'] (time, temp): where",
                        "say \"contents\": { \"$.a['h-1']\": \"columns\" }" + " and \"rows\": \"$.a['h-1']\"");
        assertThat(tried("--config", settings, "--topic", "hub/h1", payload("[{'t':1},{'t':2}]")).out)
                .contains("  0.t", "The payload is an array: where each of its elements tells", "say \"rows\": \"$\"");
        for (String other : List.of("{'xyz':[1,2,3]}", "{'a':[1],'b':[2]}", "{'a':[{'b':1},{}],'c':[1,2]}", "[1,2]")) {
            assertThat(tried("--config", settings, "--topic", "hub/h1", payload(other)).out)
                    .doesNotContain("side by side", "The payload is an array");
        }
        assertThat(tried("--config", settings, "--topic", "rows/h1", payload("{'h':{'t':[1,2],'v':[3,4]}}")).out)
                .doesNotContain("side by side");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'readings':[{'t':1,'temp':1},{'t':2,'temp':2}]} | An array of objects stands at $.readings: where each of its elements tells of a time, or a device, of its own, say \"rows\": \"$.readings\"",
                "{'n':1,'a':{'b-c':[{'id':'x','v':{'t':'21.5 C'}},{'id':'y','v':{}}]}} | say \"rows\": \"$.a['b-c']\"",
                "{'analog':[{'v':1},{'v':2}],'digital':[{'v':0},{'v':1}]} | Arrays of objects stand at $.analog, $.digital: where each of their elements tells of a time, or a device, of its own, say \"rows\": [\"$.analog\", \"$.digital\"]",
                "{'hourly':{'u':[1,2,3],'time':[1,2],'temp':[21,22]}} | Arrays of the same length stand side by side at $.hourly (time, temp): where their elements are of several times, say \"contents\": { \"$.hourly\": \"columns\" } and \"rows\": \"$.hourly\""
            })
    void rowsAreLookedForWhereverThereAreReadings(String payload, String hint) throws IOException {
        String settings = settings("'hub':{'topics':{'hub/{device}':{}}}");

        assertThat(tried("--config", settings, "--topic", "hub/h1", payload(payload))
                        .out
                        .lines())
                .anyMatch(line -> line.endsWith(hint));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'values':'$.readings' | true",
                "'values':{'t':'$.readings[*].t'} | true",
                "'values':{'t':'$.*[*].t'} | true",
                "'values':{'t':'$.readings[0].t'} | false",
                "'values':{'now':'$.now'} | false",
                "'ignore':['$.readings'] | false",
                "'rows':'$.readings' | false"
            })
    void rowsAreLookedForOnlyWhereTheRegistrySaysThatValuesAre(String declared, boolean told) throws IOException {
        String settings = settings("'hub':{'topics':{'hub/{device}':{" + declared + "}}}");
        String payload = payload("{'now':3,'readings':[{'t':1,'temp':1},{'t':2,'temp':2}]}");

        String shown = tried("--config", settings, "--topic", "hub/h1", payload).out;
        assertThat(shown.contains("say \"rows\": \"$.readings\", and paths to values from a row on: \"@\", \"@.name\""))
                .isEqualTo(told);
        assertThat(shown.contains("of objects")).isEqualTo(told);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'n':1,'a':[{'t':1}]}",
                "{'n':1,'a':[{'t':1},2]}",
                "{'n':1,'a':[{'b':1},{'c':2}]}",
                "{'n':1,'a':[{'id':'x'},{'id':'y'}]}",
                "{'n':1,'a':{'tags':['x','y'],'names':['v','w']}}"
            })
    void whatIsHardlyRowsIsNotTaken(String payload) throws IOException {
        String settings = settings("'hub':{'topics':{'hub/{device}':{}}}");

        assertThat(tried("--config", settings, "--topic", "hub/h1", payload(payload)).out)
                .contains("enriched")
                .doesNotContain("of objects", "side by side");
    }

    @Test
    void rowsThatAreNotThereAreToldWithWhatMayBeMeant() throws IOException {
        String settings = settings("'hub':{'topics':{'hub/{device}':{'rows':'$.list','timestamp':'@.t'},"
                + "'two/{device}':{'rows':['$.list','$.ohter'],'timestamp':'@.t'}}}");
        String payload = payload("{'lst':[{'t':1700000000,'v':1}],'other':[{'t':1700000000,'v':2}]}");

        assertThat(tried("--config", settings, "--topic", "hub/h1", payload).out)
                .contains(
                        "Nothing stands in this payload at $.list, where the registry has \"rows\" ($.list: did you mean"
                                + " lst?)")
                .doesNotContain("@.t");
        assertThat(tried("--config", settings, "--topic", "two/h1", payload).out)
                .contains(
                        "at $.list, $.ohter, where the registry has \"rows\" ($.list: did you mean lst?; $.ohter: did you"
                                + " mean other?)")
                .doesNotContain("@.t");
        assertThat(tried("--config", settings, "--topic", "hub/h1", payload("{'list':[{'tt':1,'v':1}]}")).out)
                .contains("Nothing stands in this payload at @.t, where the registry has \"timestamp\"");
    }

    @ParameterizedTest
    @CsvSource({
        "hours, hourly, false",
        "daily, rainy, false",
        "hum, sum, true",
        "T, t, true",
        "tmp, temp, true",
        "temperture, temperature, true"
    })
    void onlyWhatIsNearMayBeMeant(String declared, String sent, boolean near) throws IOException {
        String settings = settings("'hub':{'topics':{'hub/{device}':{'values':{'x':'$." + declared + "'}}}}");

        String shown = tried("--config", settings, "--topic", "hub/h1", payload("{'" + sent + "':1}")).out;
        assertThat(shown).contains("Nothing stands in this payload at $." + declared);
        assertThat(shown.contains("did you mean " + sent)).isEqualTo(near);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--topic nobody/here                  | no route takes in the topic nobody/here: neither caravan.ingest.*.topics nor a dialect of the device registry has it (hub, off)",
                "--topic hub/x/set                    | the dialect 'hub' of the device registry passes over the topic hub/x/set: hub/+/set has \"read\": false",
                "--topic hub/x/set --dialect hub      | the dialect 'hub' of the device registry passes over the topic hub/x/set: hub/+/set has \"read\": false",
                "--topic off/x                        | the dialect 'off' of the device registry is switched off (\"enabled\": false): no route",
                "--topic hub/x --dialect off          | the dialect 'off' of the device registry has no topic that fits hub/x, only off/{device}",
                "--topic iot/b1/raw --dialect hub     | the dialect 'hub' of the device registry has no topic that fits iot/b1/raw, only hub/+/set, hub/{device...}",
                "--topic hub/x --dialect nope         | there is no dialect 'nope': there are building, events, f2, iot, sparkplug, and those of the device registry, hub, off",
                "--topic hub/x --dialect iot          | no route of the dialect 'iot' takes in the topic hub/x, only of hub. See"
            })
    void whyNoRouteTakesATopicInIsTold(String arguments, String why) throws IOException {
        String settings = settings("'hub':{'topics':{'hub/+/set':{'read':false},'hub/{device...}':{}}},"
                + "'off':{'enabled':false,'topics':{'off/{device}':{}}}");
        String[] all = ("--config " + settings + " " + arguments.strip() + " " + payload("{'t':1}")).split(" ");

        Answer answer = tried(all);

        assertThat(answer.err).startsWith(why);
        assertThat(answer.exitCode).isEqualTo(2);
    }

    @Test
    void aZoneInTheSettingsForADialectOfTheRegistryIsRefused() throws IOException {
        String settings = settings("'hub':{'topics':{'hub/{device}':{}}}");
        Files.writeString(Path.of(settings), "\ncaravan.dialect.hub.zone=Europe/Berlin\n", StandardOpenOption.APPEND);

        Answer answer = tried("--config", settings, "--topic", "hub/h1", payload("{'t':1}"));
        assertThat(answer.err)
                .startsWith("caravan.dialect.hub.zone has no effect: ")
                .contains("declares the dialect, and its \"time_zone\"");
        assertThat(answer.exitCode).isEqualTo(2);
    }

    /** The settings that are shipped, with a registry of these dialects. */
    private String settings(String dialects) throws IOException {
        Files.copy(Path.of("config/device-registry.schema.json"), folder.resolve("device-registry.schema.json"));
        Path registry = Files.writeString(
                folder.resolve("device-registry.json"),
                ("{'device_types':{'hub':{'name':'Hub','update_frequency':'1_day','detect_by':['serial'],'measurements':{'serial':{'data_type':'string'}}}},'dialects':{"
                                + dialects + "}}")
                        .replace('\'', '"'));
        return Files.writeString(
                        folder.resolve("application.properties"),
                        Files.readString(Path.of("application.properties")) + "\ncaravan.registry.file=" + registry
                                + "\n")
                .toString();
    }

    private String payload(String json) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "payload", ""), json.replace('\'', '"'))
                .toString();
    }

    private static Answer tried(String... arguments) {
        return execute(CommandLine.Help.Ansi.OFF, arguments);
    }

    private static Answer execute(CommandLine.Help.Ansi ansi, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] all = Stream.concat(Stream.of("try"), Arrays.stream(arguments)).toArray(String[]::new);
        int exitCode = Caravan.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setColorScheme(CommandLine.Help.defaultColorScheme(ansi))
                .execute(all);
        return new Answer(exitCode, out.toString(), err.toString());
    }

    private record Answer(int exitCode, String out, String err) {}
}
