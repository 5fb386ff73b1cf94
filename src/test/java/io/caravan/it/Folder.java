package io.caravan.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder for a test, removed at its end. Files that a server is still taking away itself are no failure. */
public record Folder(Path path) implements AutoCloseable {

    public static Folder create() throws IOException {
        return new Folder(Files.createTempDirectory("caravan-it"));
    }

    @Override
    public void close() throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(path)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }
}
