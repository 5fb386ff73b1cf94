package io.caravan.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The clock of a host that can be set while its processes run, by libfaketime (a package of Debian's and others'). What
 * measures how time passes is left alone, as on a host whose clock is set.
 */
final class FakeClock {

    private static final Path LIBRARIES = Path.of("/usr/lib");

    private final Path library;
    private final Path file;
    private volatile Duration offset = Duration.ZERO;

    private FakeClock(Path library, Path file) {
        this.library = library;
        this.file = file;
    }

    /** Where the library is; empty where it is not installed. */
    static Optional<Path> library() throws IOException {
        try (Stream<Path> folders = Files.list(LIBRARIES)) {
            return Stream.concat(Stream.of(LIBRARIES), folders)
                    .map(folder -> folder.resolve("faketime").resolve("libfaketimeMT.so.1"))
                    .filter(Files::exists)
                    .findFirst();
        }
    }

    /** @param folder where the time is told to the processes */
    static FakeClock in(Path folder) throws IOException {
        FakeClock clock = new FakeClock(library().orElseThrow(), folder.resolve("clock"));
        clock.set(Duration.ZERO);
        return clock;
    }

    /** Sets it to so much before or after the right time; all processes know it within a second. */
    void set(Duration offset) throws IOException {
        this.offset = offset;
        Path next = file.resolveSibling("clock.next");
        Files.writeString(next, "%+d%n".formatted(offset.toSeconds()));
        Files.move(next, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    /** The time on this host. */
    long millis() {
        return System.currentTimeMillis() + offset.toMillis();
    }

    /** What makes a process look at this clock. */
    Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD",
                library.toString(),
                "FAKETIME_TIMESTAMP_FILE",
                file.toString(),
                "FAKETIME_CACHE_DURATION",
                "1",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1");
    }
}
