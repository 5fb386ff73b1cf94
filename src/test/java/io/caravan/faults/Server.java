package io.caravan.faults;

import io.caravan.it.FreePort;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server as a process of its own, which can be killed, frozen and started again, always at the same port and on the same
 * files.
 */
final class Server implements AutoCloseable {

    /** Which server. */
    enum Kind {
        MQTT,
        KAFKA,
        POSTGRES
    }

    private final Kind kind;
    private final Path folder;
    private final int port = FreePort.next();
    private Process process;

    private Server(Kind kind, Path folder) {
        this.kind = kind;
        this.folder = folder;
    }

    /** Begins to start it. */
    static Server begin(Kind kind, Path folder) throws IOException {
        Server server = new Server(kind, folder);
        server.begin();
        return server;
    }

    int port() {
        return port;
    }

    /** Starts it, after a kill, and waits until it serves. */
    void start() throws IOException {
        begin();
        awaitReady();
    }

    private void begin() throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServerProcess.class.getName(),
                        kind.name(),
                        folder.toString(),
                        Integer.toString(port))
                .redirectErrorStream(true)
                .start();
    }

    /** Waits until it serves. */
    void awaitReady() throws IOException {
        StringBuilder said = new StringBuilder();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.equals(ServerProcess.READY)) {
                drain(output);
                return;
            }
            said.append(line).append('\n');
        }
        throw new AssertionError(kind + " did not start:\n" + said);
    }

    private static void drain(BufferedReader output) {
        Thread reader = new Thread(
                () -> {
                    try {
                        while (output.readLine() != null) {
                            // a full pipe would stop the server
                        }
                    } catch (IOException e) {
                        // it has ended
                    }
                },
                "server-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** As {@code kill -9}. */
    void kill() throws IOException, InterruptedException {
        if (kind == Kind.POSTGRES) {
            Path pid = folder.resolve("postgres").resolve("postmaster.pid");
            if (Files.exists(pid)) {
                signal("KILL", Long.parseLong(Files.readAllLines(pid).get(0).strip()));
            }
        }
        process.destroyForcibly().waitFor();
    }

    /** As {@code kill -STOP}: it keeps its connections and answers nothing. */
    void freeze() throws IOException, InterruptedException {
        signal("STOP", process.pid());
    }

    /** As {@code kill -CONT}. */
    void thaw() throws IOException, InterruptedException {
        signal("CONT", process.pid());
    }

    static void signal(String signal, long pid) throws IOException, InterruptedException {
        new ProcessBuilder(List.of("kill", "-" + signal, Long.toString(pid)))
                .redirectErrorStream(true)
                .start()
                .waitFor(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        kill();
    }
}
