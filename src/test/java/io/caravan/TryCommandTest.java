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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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
        Files.copy(Path.of("config/device-registry.schema.json"), folder.resolve("device-registry.schema.json"));
        Path registry = Files.writeString(
                folder.resolve("device-registry.json"),
                "{\"device_types\":{\"hub\":{\"name\":\"Hub\",\"update_frequency\":\"1_day\",\"measurements\":{}}},\"dialects\":{\"hub\":{\"topics\":{\"hub/{device}\":"
                        + "{\"empty\":\"ignore\",\"values\":{\"t\":{\"path\":\"$.t\",\"scale\":0.1}}}}}}}");
        String settings = Files.writeString(
                        folder.resolve("application.properties"),
                        Files.readString(Path.of("application.properties")) + "\ncaravan.registry.file=" + registry
                                + "\n")
                .toString();
        String alive =
                Files.writeString(folder.resolve("alive"), "{\"alive\":true}").toString();
        String value = Files.writeString(folder.resolve("value"), "{\"t\":215}").toString();

        Answer answer = tried("--config", settings, "--topic", "hub/h1", alive);
        assertThat(answer.out.lines())
                .startsWith(
                        "ignored: it is counted, and goes nowhere",
                        "  detail     nothing stands where the registry says that values do")
                .noneMatch(line -> line.contains("topics"));
        assertThat(answer.exitCode).isEqualTo(1);
        assertThat(tried("--config", settings, "--json", "--topic", "hub/h1", alive).out)
                .contains("\"reason\":\"ignored\"", "\"topics\":[]");
        assertThat(tried("--config", settings, "--topic", "hub/h1", value).out).contains("  t        21.5");
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
