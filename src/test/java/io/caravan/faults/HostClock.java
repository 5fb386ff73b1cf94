package io.caravan.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;

/**
 * The clock that a process takes for its host's: it can be put forward and back while the process runs. What only counts how
 * much time passes is left alone, as when a clock is set. By a small library in C, because libfaketime has the waits of a JVM
 * end at once or never; Linux only, and a C compiler is needed.
 */
final class HostClock {

    private final Path library;
    private final Path file;

    private HostClock(Path library, Path file) {
        this.library = library;
        this.file = file;
    }

    /** Whether there is a C compiler. */
    static boolean isPossible() {
        try {
            return new ProcessBuilder("cc", "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** @param folder where it keeps its files */
    static HostClock make(Path folder) throws IOException, InterruptedException {
        Path library = folder.resolve("host-clock.so");
        Process compiler = new ProcessBuilder(
                        "cc",
                        "-O2",
                        "-shared",
                        "-fPIC",
                        "-o",
                        library.toString(),
                        "src/test/resources/faults/host-clock.c",
                        "-ldl")
                .redirectErrorStream(true)
                .start();
        String said = new String(compiler.getInputStream().readAllBytes());
        if (compiler.waitFor() != 0) {
            throw new AssertionError(said);
        }
        HostClock clock = new HostClock(library, Files.createFile(folder.resolve("ahead")));
        clock.jump(Duration.ZERO);
        return clock;
    }

    /** The environment of a process with this clock, named as settings are. */
    Map<String, String> settings() {
        return Map.of("ld.preload", library.toString(), "host.clock", file.toString());
    }

    /** Puts it so much before the true time, or behind it. */
    void jump(Duration ahead) throws IOException {
        ByteBuffer seconds =
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(0, ahead.toSeconds());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(seconds, 0);
        }
    }
}
