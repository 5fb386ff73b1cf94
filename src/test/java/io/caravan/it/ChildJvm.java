package io.caravan.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;

/**
 * How a process of these classes is started. Those that live for seconds are compiled less; and what one of a kind has loaded
 * can be archived for those that follow (class data sharing, JEP 350), where {@code tests.archives} names a folder for it.
 */
public final class ChildJvm {

    /** The file beside the archives that is there when all of them are. */
    public static final String COMPLETE = "complete";

    private static final String CLASS_PATH = System.getProperty("java.class.path");

    private static volatile boolean archiving;

    private ChildJvm() {}

    /** Where archives are kept, null where there are to be none. */
    public static Path archives() {
        String folder = System.getProperty("tests.archives");
        return folder == null ? null : Path.of(folder);
    }

    /**
     * The command of a process, to which arguments may be added.
     *
     * @param heap such as {@code 512m}. It ends when that is not enough
     * @param kind whose archive it takes, if there is one
     */
    public static List<String> command(String heap, String kind, String main) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=src/main/resources/logback.xml",
                "-XX:+ExitOnOutOfMemoryError"));
        Path folder = archives();
        if (folder == null) {
            command.addAll(List.of("-cp", CLASS_PATH));
        } else {
            Path archive = folder.resolve(kind + ".jsa");
            if (archiving) {
                command.add("-XX:ArchiveClassesAtExit=" + archive);
            } else if (Files.exists(folder.resolve(COMPLETE)) && Files.exists(archive)) {
                command.add("-XX:SharedArchiveFile=" + archive);
            }
            command.addAll(List.of("-cp", jars(folder)));
        }
        command.add(main);
        return command;
    }

    /** The class path of jars only: an archive takes no classes from folders. */
    private static String jars(Path folder) {
        return Arrays.stream(CLASS_PATH.split(File.pathSeparator))
                .map(Path::of)
                .map(entry -> Files.isDirectory(entry) ? jarOf(entry, folder) : entry)
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Path jarOf(Path classes, Path folder) {
        return folder.resolve(classes.getFileName() + ".jar");
    }

    /** Has those archive what they have loaded, when they end in peace, that are started until {@link #archived}. */
    public static void archive() throws IOException {
        Path folder = archives();
        Files.createDirectories(folder);
        ToolProvider jar = ToolProvider.findFirst("jar").orElseThrow();
        for (String entry : CLASS_PATH.split(File.pathSeparator)) {
            Path classes = Path.of(entry);
            if (Files.isDirectory(classes)) {
                String file = jarOf(classes, folder).toString();
                if (jar.run(System.out, System.err, "-c", "-0", "-f", file, "-C", entry, ".") != 0) {
                    throw new IOException("Cannot pack " + entry);
                }
            }
        }
        archiving = true;
    }

    /** From now on, they take what is archived. */
    public static void archived() {
        archiving = false;
    }
}
