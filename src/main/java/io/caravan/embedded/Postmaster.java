package io.caravan.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The main process of the PostgreSQL server on one data folder, known by the {@code postmaster.pid} that it keeps there. A
 * signal goes out only to a process that is a postgres on this very folder: after a crash the file may name a process that
 * has nothing to do with it.
 */
final class Postmaster {

    /** A fast end writes a checkpoint first. */
    private static final Duration FAST_END = Duration.ofSeconds(20);

    private static final Duration IMMEDIATE_END = Duration.ofSeconds(5);

    private static final Duration POLL = Duration.ofMillis(20);

    private final Path directory;
    private final Path pidFile;

    Postmaster(Path directory) {
        this.directory = directory;
        this.pidFile = directory.resolve("postmaster.pid");
    }

    /** The running server, if there is one. */
    Optional<ProcessHandle> find() {
        return readPid().flatMap(ProcessHandle::of).filter(this::isOurs);
    }

    /**
     * Ends the server if it runs, harder where it does not listen, and returns when it is gone, with the processes that a
     * killed one has left behind: one that works on for a while keeps its shared memory, and with it the next server from
     * starting.
     */
    void stop() {
        find().ifPresent(process -> {
            // INT rolls back and writes a checkpoint; QUIT leaves the work to the recovery of the next start
            if (!end(process, "INT", FAST_END) && !end(process, "QUIT", IMMEDIATE_END)) {
                process.destroyForcibly();
                process.onExit().join();
            }
        });
        if (Files.exists(pidFile)) {
            List<ProcessHandle> orphans =
                    ProcessHandle.allProcesses().filter(this::worksHere).toList();
            orphans.forEach(ProcessHandle::destroyForcibly);
            orphans.forEach(orphan -> orphan.onExit().join());
        }
    }

    /** Whether a process is of a server on this folder, as far as the system tells: Linux does. */
    private boolean worksHere(ProcessHandle process) {
        Path folder = Path.of("/proc", Long.toString(process.pid()), "cwd");
        try {
            return isPostgres(process) && folder.toRealPath().equals(directory);
        } catch (IOException e) {
            return false; // gone, or somebody else's
        }
    }

    private static boolean isPostgres(ProcessHandle process) {
        return process.info()
                .command()
                .map(command -> Path.of(command).getFileName().toString())
                .filter(name -> name.startsWith("postgres"))
                .isPresent();
    }

    private boolean end(ProcessHandle process, String signal, Duration limit) {
        try {
            new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid() + " 2>/dev/null")
                    .start()
                    .waitFor();
            long deadline = System.nanoTime() + limit.toNanos();
            while (System.nanoTime() < deadline) {
                if (find().isEmpty()) {
                    return true;
                }
                Thread.sleep(POLL.toMillis());
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Optional<Long> readPid() {
        try {
            return Files.readAllLines(pidFile).stream().findFirst().map(line -> Long.parseLong(line.strip()));
        } catch (NoSuchFileException | NumberFormatException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isOurs(ProcessHandle process) {
        return process.isAlive()
                && isPostgres(process)
                && process.info()
                        .arguments()
                        .map(Arrays::asList)
                        .filter(arguments -> arguments.contains(directory.toString()))
                        .isPresent();
    }
}
