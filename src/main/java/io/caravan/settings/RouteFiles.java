package io.caravan.settings;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The route files of some stages: errors.camel.yaml and registry.camel.yaml, and for each stage those whose names begin with its own.
 */
public final class RouteFiles {

    private static final String SUFFIX = ".camel.yaml";
    private static final List<String> ALWAYS = List.of("errors", "registry");

    private final Path folder;
    private final Set<String> stages;

    public RouteFiles(Path folder, Set<Stage> stages) {
        this.folder = followed(folder);
        this.stages = stages.stream().map(Stage::label).collect(Collectors.toSet());
    }

    /** Camel looks into no folder that is a symbolic link: what it leads to when Caravan starts counts. */
    private static Path followed(Path folder) {
        try {
            return Files.isSymbolicLink(folder) ? folder.toRealPath() : folder;
        } catch (IOException e) {
            return folder;
        }
    }

    /** The files as Camel's option {@code routesIncludePattern} names them. */
    public String pattern() {
        return Stream.concat(
                        ALWAYS.stream().map(name -> name + SUFFIX),
                        stages.stream().map(stage -> stage + "*" + SUFFIX))
                .map(this::location)
                .collect(Collectors.joining(","));
    }

    /** What stands in the files now, by where Camel says that a route comes from. */
    public SortedMap<String, String> read() throws IOException {
        while (Files.isDirectory(folder)) {
            try {
                return readAll();
            } catch (NoSuchFileException e) {
                // an editor has put another file into its place just now; without it, and those behind it, the rest is
                // not the folder
            }
        }
        return new TreeMap<>();
    }

    private SortedMap<String, String> readAll() throws IOException {
        SortedMap<String, String> texts = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                boolean dangling = Files.isSymbolicLink(file) && !Files.exists(file); // would never be found
                if (isOurs(name.substring(0, name.length() - SUFFIX.length())) && !dangling) {
                    texts.put(location(name), new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
                }
            }
        }
        return texts;
    }

    private boolean isOurs(String name) {
        return ALWAYS.contains(name) || stages.stream().anyMatch(name::startsWith);
    }

    private String location(String name) {
        return "file:" + folder + '/' + name;
    }
}
