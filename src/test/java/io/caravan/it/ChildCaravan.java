package io.caravan.it;

import io.caravan.Patience;
import io.caravan.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The command {@code caravan} as a process of its own, to be ended in the ways in which processes end. */
public final class ChildCaravan implements AutoCloseable {

    private static final int MOST_LINES = 60;

    private final Process process;
    private final Path output;

    private ChildCaravan(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /**
     * Starts it.
     *
     * @param settings keys of application.properties, given as environment variables
     */
    public static ChildCaravan start(Map<String, String> settings, String... arguments) throws IOException {
        return start("io.caravan.Caravan", "768m", settings, arguments);
    }

    /** Starts it with so much heap, such as {@code 512m}. As with the script, it ends when that is not enough. */
    public static ChildCaravan startWithHeap(String heap, Map<String, String> settings, String... arguments)
            throws IOException {
        return start("io.caravan.Caravan", heap, settings, arguments);
    }

    /** As {@link #start(Map, String...)}, with another main class. */
    public static ChildCaravan start(String main, Map<String, String> settings, List<String> arguments)
            throws IOException {
        return start(main, "768m", settings, arguments.toArray(String[]::new));
    }

    private static ChildCaravan start(String main, String heap, Map<String, String> settings, String... arguments)
            throws IOException {
        List<String> command = ChildJvm.command(heap, "caravan", main);
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("caravan-it", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        settings.forEach((key, value) -> builder.environment().put(Settings.variableOf(key), value));
        return new ChildCaravan(builder.start(), output);
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** As {@code kill -9}: it gets no chance to tidy up. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** As {@code kill}. */
    public void terminate() {
        process.destroy();
    }

    /** Its exit code, as soon as it has ended by itself; fails when it has not after {@link Patience#LONGEST}. */
    public int exitCode() throws InterruptedException, IOException {
        if (!process.waitFor(Patience.LONGEST.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("Still running after " + Patience.LONGEST + "; it said:\n" + output());
        }
        return process.exitValue();
    }

    /** What it has said so far. */
    public String output() throws IOException {
        return Files.readString(output);
    }

    /** As {@link #output}, for messages of assertions. */
    public String outputOrNothing() {
        try {
            return output();
        } catch (IOException e) {
            return "";
        }
    }

    /** The last that it has said, and what each of its threads does: for who has waited for it in vain. */
    public String report() {
        List<String> lines = outputOrNothing().lines().toList();
        return "\n--- the last that it said\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - MOST_LINES), lines.size()))
                + "\n--- and what it does\n"
                + stacks();
    }

    private String stacks() {
        try {
            Process stacks = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jstack")
                                    .toString(),
                            Long.toString(pid()))
                    .redirectErrorStream(true)
                    .start();
            stacks.onExit().orTimeout(10, TimeUnit.SECONDS).whenComplete((ended, late) -> stacks.destroyForcibly());
            return new String(stacks.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /** As {@link #kill}, and forgets what it has said. */
    @Override
    public void close() throws IOException, InterruptedException {
        kill();
        Files.deleteIfExists(output);
    }
}
