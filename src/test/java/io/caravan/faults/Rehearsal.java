package io.caravan.faults;

import io.caravan.it.ChildJvm;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A world in which nothing happens to anybody, before all others: what its processes load is archived, and those of the others
 * start sooner. Once for all test processes, and again when classes have changed.
 */
final class Rehearsal {

    private static boolean done;

    private Rehearsal() {}

    static synchronized void once() throws IOException {
        Path folder = ChildJvm.archives();
        if (done || folder == null) {
            return;
        }
        done = true;
        Files.createDirectories(folder);
        try (FileChannel lock =
                        FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var held = lock.lock()) {
            Path rehearsed = folder.resolve(ChildJvm.COMPLETE);
            if (Files.exists(rehearsed) && newestClass().compareTo(Files.getLastModifiedTime(rehearsed)) < 0) {
                return;
            }
            Files.deleteIfExists(rehearsed);
            ChildJvm.archive();
            try {
                rehearse();
                Files.createFile(rehearsed);
            } finally {
                ChildJvm.archived();
            }
        }
    }

    private static FileTime newestClass() throws IOException {
        FileTime newest = FileTime.fromMillis(0);
        for (String folder : new String[] {"target/classes", "target/test-classes"}) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                for (Path file : files.toList()) {
                    FileTime modified = Files.getLastModifiedTime(file);
                    newest = modified.compareTo(newest) > 0 ? modified : newest;
                }
            }
        }
        return newest;
    }

    private static void rehearse() throws IOException {
        try (World world = World.start("rehearsal-")) {
            World.Instance caravan = world.ready(Map.of());
            try (Load load = world.load(0, Options.rate())) {
                world.awaitMoreStored(3L * Options.rate());
                load.stop();
            }
            world.verdict();
            caravan.process().terminate();
            caravan.process().exitCode();
            for (Server.Kind kind : Server.Kind.values()) {
                world.server(kind).terminate();
            }
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("Cannot rehearse", e);
        }
    }
}
