package io.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The command line: what is wrong with it, or with a setting, is said in one line that names it. */
class CommandTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "run --help",
                "demo --help",
                "simulate --help",
                "bench --help",
                "migrate --help",
                "replay --help",
                "try --help"
            })
    void helpIsGiven(String arguments) {
        Answer answer = execute(arguments.split(" "));

        assertThat(answer.exitCode).isZero();
        assertThat(answer.out).contains("Usage: caravan");
    }

    @Test
    void theVersionIsGiven() {
        Answer answer = execute("--version");

        assertThat(answer.exitCode).isZero();
        assertThat(answer.out).startsWith("caravan ");
    }

    @Test
    void withoutACommandTheUsageIsShown() {
        assertThat(execute().exitCode).isEqualTo(2);
    }

    @Test
    void anUnknownOptionIsNamed() {
        Answer answer = execute("run", "--stage", "ingest");

        assertThat(answer.exitCode).isEqualTo(2);
        assertThat(answer.err).contains("--stage");
    }

    @Test
    void anUnknownStageIsNamed() {
        assertOneLine(execute("run", "--stages", "ingest,nonsense"), "caravan.stages", "'nonsense'");
    }

    @Test
    void aMissingFileOfSettingsIsNamed() {
        assertOneLine(execute("run", "--config", "nowhere.properties"), "nowhere.properties");
    }

    @ParameterizedTest
    @CsvSource({
        "caravan.http.port,                 many",
        "caravan.management.port,           70000",
        "caravan.mqtt.clients,              17",
        "caravan.mqtt.url,                  somewhere",
        "caravan.mqtt.session-expiry,       soon",
        "caravan.mqtt.resubscribe,          perhaps",
        "caravan.mqtt.counters,             perhaps",
        "caravan.kafka.brokers,             nowhere",
        "caravan.kafka.partitions,          0",
        "caravan.db.url,                    postgres://127.0.0.1/caravan",
        "caravan.db.pool,                   0",
        "caravan.db.compress-after,         2h",
        "caravan.db.retention.readings,     soon",
        "caravan.db.retention.events,       -7d",
        "caravan.db.retention.windows,      1h",
        "caravan.db.retention.dead-letters, 36501d",
        "caravan.devices.cap,               none",
        "caravan.devices.auto-provision,    2",
        "caravan.ingest.max-payload-bytes,  -1",
        "caravan.ingest.max-payload-bytes,  5000000",
        "caravan.presence.update-frequency, 0s",
        "caravan.presence.update-frequency, often",
        "caravan.registry.file,             nowhere.json",
        "caravan.enrich.consumers,          0",
        "caravan.enrich.batch,              many",
        "caravan.store.consumers,           0",
        "caravan.store.batch,               many",
        "caravan.batch.interval-ms,         quick",
        "caravan.batch.bytes,               1",
        "caravan.mqtt.in-flight-bytes,      many",
        "caravan.topic.raw,                 not a topic"
    })
    void aBadValueIsNamedWithItsKey(String key, String value) throws IOException {
        assertOneLine(execute("run", "--config", config(key, value)), key);
    }

    @ParameterizedTest
    @CsvSource({
        "caravan.mqtt.url, tcp://device:secret@host:1883",
        "caravan.db.url,   postgresql://host/caravan?user=u&password=secret"
    })
    void thePasswordInABadAddressIsNotShown(String key, String value) throws IOException {
        Answer answer = execute("run", "--config", config(key, value));

        assertOneLine(answer, key);
        assertThat(answer.err).doesNotContain("secret");
    }

    @Test
    void onePortForTwoServersIsRefusedAndBothKeysAreNamed() throws IOException {
        int port = freePort();
        Answer answer =
                execute("run", "--config", config("caravan.http.port", port + "\ncaravan.management.port=" + port));

        assertOneLine(answer, "caravan.http.port", "caravan.management.port", Integer.toString(port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"caravan.http.port", "caravan.management.port"})
    void aTakenPortIsNamedWithTheKeyThatChangesIt(String key) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());

            assertOneLine(execute("run", "--config", config(key, port)), key, port);
        }
    }

    @Test
    void aFolderWithoutADemoIsNamedWithTheOptionThatNamesAnother() {
        assertOneLine(
                execute("token", "--data", folder.toString()),
                "no demo has made one in " + folder,
                "name the folder of its data with --data");
    }

    private static void assertOneLine(Answer answer, String... mentioned) {
        assertThat(answer.err.strip()).contains(mentioned).doesNotContain("\n");
        assertThat(answer.exitCode).isEqualTo(2);
    }

    /** The project's settings with free ports and one value replaced. */
    private String config(String key, String value) throws IOException {
        Path file = folder.resolve("application.properties");
        Files.writeString(
                file,
                Files.readString(Path.of("application.properties")) + "\ncaravan.http.port=" + freePort()
                        + "\ncaravan.management.port=" + freePort() + "\n" + key + "=" + value + "\n");
        return file.toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Answer execute(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = Caravan.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        // in a thread of its own: a value that is not looked at would have it run for ever
        int exitCode = assertTimeoutPreemptively(Duration.ofSeconds(60), () -> command.execute(arguments));
        return new Answer(exitCode, out.toString(), err.toString());
    }

    private record Answer(int exitCode, String out, String err) {}
}
