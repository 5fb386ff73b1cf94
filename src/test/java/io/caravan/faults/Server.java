package io.caravan.faults;

import static org.awaitility.Awaitility.await;

import io.caravan.it.ChildJvm;
import io.caravan.it.FreePort;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    private final int door = FreePort.next();
    private final int wire = FreePort.next();
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

    /** A wire to it, which Kafka tells those who come by it to use. */
    Wire wire() throws IOException {
        return new Wire(wire, kind == Kind.KAFKA ? door : port);
    }

    /** Starts it, after a kill, and waits until it serves. */
    void start() throws IOException {
        begin();
        awaitReady();
    }

    private void begin() throws IOException {
        List<String> command = ChildJvm.command("512m", kind.name(), ServerProcess.class.getName());
        command.addAll(List.of(
                kind.name(),
                folder.toString(),
                Integer.toString(port),
                Integer.toString(door),
                Integer.toString(wire)));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
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
        throw new AssertionError(
                kind + " did not start, exit code " + process.onExit().join().exitValue() + ", and said:\n" + said);
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

    /** As {@code kill -9} of all its processes. One that PostgreSQL makes meanwhile would keep its shared memory. */
    void kill() throws IOException, InterruptedException {
        freeze();
        List<ProcessHandle> processes = processes();
        processes.forEach(ProcessHandle::destroyForcibly);
        process.waitFor();
        await().until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
        await().until(this::isGone);
    }

    private boolean isGone() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** As {@code kill}, and waits for its end. */
    void terminate() throws InterruptedException {
        process.destroy();
        process.waitFor();
    }

    /** As {@code kill -STOP}: it keeps its connections and answers nothing. */
    void freeze() throws IOException, InterruptedException {
        for (ProcessHandle each : processes()) {
            signal("STOP", each.pid());
        }
    }

    /** As {@code kill -CONT}. */
    void thaw() throws IOException, InterruptedException {
        for (ProcessHandle each : processes()) {
            signal("CONT", each.pid());
        }
    }

    /** PostgreSQL is no child of the process that has started it; its main process is the first that must not start another. */
    private List<ProcessHandle> processes() throws IOException {
        List<ProcessHandle> processes = new ArrayList<>();
        processes.add(process.toHandle());
        Path pid = folder.resolve("postgres").resolve("postmaster.pid");
        if (kind == Kind.POSTGRES && Files.exists(pid)) {
            ProcessHandle.of(Long.parseLong(Files.readAllLines(pid).get(0).strip()))
                    .ifPresent(postmaster -> {
                        processes.add(postmaster);
                        postmaster.descendants().forEach(processes::add);
                    });
        }
        return processes;
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
