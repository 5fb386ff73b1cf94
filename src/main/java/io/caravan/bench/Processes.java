package io.caravan.bench;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * The processes of this machine as Linux shows them under {@code /proc}. What cannot be read (another user's process,
 * another operating system) is as if it were not there.
 */
final class Processes {

    /** The kernel reports times in hundredths of a second to user space (USER_HZ), whatever its own tick is. */
    private static final double TICKS_PER_SECOND = 100;

    private static final String LISTENING = "0A";

    private final Path proc;

    Processes() {
        this(Path.of("/proc"));
    }

    Processes(Path proc) {
        this.proc = proc;
    }

    /** The process that listens on a TCP port. */
    OptionalLong listeningOn(int port) {
        Set<String> sockets = new HashSet<>();
        addListeners(proc.resolve("net/tcp"), port, sockets);
        addListeners(proc.resolve("net/tcp6"), port, sockets);
        if (sockets.isEmpty()) {
            return OptionalLong.empty();
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                if (holdsAny(process.resolve("fd"), sockets)) {
                    return OptionalLong.of(Long.parseLong(process.getFileName().toString()));
                }
            }
        } catch (IOException e) {
            // No /proc: told below.
        }
        return OptionalLong.empty();
    }

    /**
     * CPU time that a process has used, in seconds.
     *
     * @param children whether that of its children counts too, those that have ended included: PostgreSQL works in them
     */
    double cpuSeconds(long pid, boolean children) {
        long ticks = 0;
        for (Map.Entry<Long, long[]> process : times().entrySet()) {
            long[] times = process.getValue();
            if (process.getKey() == pid) {
                ticks += times[1] + (children ? times[2] : 0);
            } else if (children && times[0] == pid) {
                ticks += times[1] + times[2];
            }
        }
        return ticks / TICKS_PER_SECOND;
    }

    /** Parent, own time and time of ended children of every process. */
    private Map<Long, long[]> times() {
        Map<Long, long[]> all = new TreeMap<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                try {
                    all.put(
                            Long.parseLong(process.getFileName().toString()),
                            parse(Files.readString(process.resolve("stat"))));
                } catch (IOException e) {
                    // It has ended between listing and reading.
                }
            }
        } catch (IOException e) {
            // No /proc: nothing to tell.
        }
        return all;
    }

    /** Parent, own time and time of ended children in ticks, from a line of /proc/pid/stat. */
    static long[] parse(String stat) {
        // The command stands in parentheses and may hold blanks and parentheses itself: count from the last one.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).trim().split(" ");
        return new long[] {
            Long.parseLong(fields[1]),
            Long.parseLong(fields[11]) + Long.parseLong(fields[12]),
            Long.parseLong(fields[13]) + Long.parseLong(fields[14])
        };
    }

    private static void addListeners(Path table, int port, Set<String> sockets) {
        try {
            for (String line : Files.readAllLines(table)) {
                String[] fields = line.trim().split("\\s+");
                if (fields.length > 9
                        && fields[3].equals(LISTENING)
                        && fields[1].endsWith(String.format(":%04X", port))) {
                    sockets.add("socket:[" + fields[9] + "]");
                }
            }
        } catch (IOException e) {
            // No such table: IPv6 can be off.
        }
    }

    private static boolean holdsAny(Path descriptors, Set<String> sockets) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(descriptors)) {
            for (Path file : files) {
                if (sockets.contains(linkOf(file))) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Another user's process, or one that has ended.
        }
        return false;
    }

    private static String linkOf(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }
}
