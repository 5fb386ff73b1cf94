package io.caravan.registry;

import io.caravan.settings.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The device registry in use, read from a file and read again when the file changes. What was read well stays in use until
 * something better is read: a bad edit, a half-written or a vanished file never takes it away. Thread-safe; reads take no
 * lock.
 */
public final class DeviceRegistry {

    private static final Logger LOG = LoggerFactory.getLogger(DeviceRegistry.class);

    private static final int MOST_PROBLEMS_TOLD = 9;
    private static final int MOST_ON_ONE_LINE = 3;
    /** A file younger than this may change again without its time of change telling so. */
    private static final long COARSEST_CLOCK_MILLIS = 2_000;

    private final Path file;
    private final RegistryReader reader;

    private volatile DeviceTypes types;
    private volatile long version = 1;
    private volatile String lastError;

    private Stamp examined;
    private ByteBuffer inUse;
    private ByteBuffer suspect;
    private ByteBuffer refused;

    /**
     * Reads the registry. The schema that it must meet is {@code device-registry.schema.json} beside it or, where that is
     * missing, the one on the class path.
     *
     * @throws UserError when the file cannot be read or is not valid; its message has a line for each problem, ten at most
     */
    public DeviceRegistry(Path file) {
        this(file, Duration.ofSeconds(1));
    }

    /**
     * As above.
     *
     * @param smallestWindow what windows of types are multiples of
     */
    public DeviceRegistry(Path file, Duration smallestWindow) {
        this.file = file;
        this.reader = new RegistryReader(RegistrySchema.besides(file), smallestWindow);
        Stamp stamp = Stamp.of(file);
        try {
            byte[] content = Files.readAllBytes(file);
            types = reader.read(content);
            inUse = ByteBuffer.wrap(content);
        } catch (IOException e) {
            throw new UserError(file + ": " + reasonOf(e), e);
        } catch (InvalidRegistryException e) {
            throw new UserError(listed(e.problems()), e);
        }
        remember(stamp);
    }

    /** The device types in use now. Take them once where several look-ups must agree. */
    public DeviceTypes types() {
        return types;
    }

    /** 1 at the start, one more with every change that came into use. */
    public long version() {
        return version;
    }

    /** What is wrong with the file as it is now, on one line; empty when the file is what is in use. */
    public Optional<String> lastError() {
        return Optional.ofNullable(lastError);
    }

    /**
     * Reads the file again when it has changed, and puts it in use when it is valid. To be called about once a second. A
     * version that is not valid is told in the log once, and only when it is still there at the next call: until then it may
     * be half written.
     *
     * @return whether the device types in use are others than before
     */
    public synchronized boolean reloadIfChanged() {
        Stamp stamp = Stamp.of(file);
        if (stamp.equals(examined)) {
            return false;
        }
        try {
            return examine(ByteBuffer.wrap(Files.readAllBytes(file)), stamp);
        } catch (IOException e) {
            String reason = reasonOf(e);
            refuse(ByteBuffer.wrap(reason.getBytes(StandardCharsets.UTF_8)), List.of(reason));
            return false;
        }
    }

    private boolean examine(ByteBuffer content, Stamp stamp) {
        if (content.equals(refused)) {
            remember(stamp);
            return false;
        }
        if (content.equals(inUse)) {
            if (refused != null) {
                LOG.info("{}: the version in use is back", file);
            }
            accept(content);
            remember(stamp);
            return false;
        }
        try {
            types = reader.read(content.array());
        } catch (InvalidRegistryException e) {
            refuse(content, e.problems());
            return false;
        }
        version++;
        accept(content);
        remember(stamp);
        LOG.info("{}: a new version is in use, with the device types {}", file, types.all());
        return true;
    }

    private void accept(ByteBuffer content) {
        inUse = content;
        suspect = null;
        refused = null;
        lastError = null;
    }

    private void refuse(ByteBuffer content, List<String> problems) {
        if (content.equals(refused)) {
            return;
        }
        if (!content.equals(suspect)) {
            suspect = content;
            return;
        }
        refused = content;
        String told = problems.stream().limit(MOST_ON_ONE_LINE).collect(Collectors.joining("; "));
        int more = problems.size() - MOST_ON_ONE_LINE;
        lastError = file + ": " + told + (more > 0 ? " (and " + more + " more)" : "");
        LOG.error("{}; what was in use before stays in use", lastError);
    }

    private void remember(Stamp stamp) {
        examined = stamp.isOlderThan(COARSEST_CLOCK_MILLIS) ? stamp : null;
    }

    private String listed(List<String> problems) {
        String lines = problems.stream()
                .limit(MOST_PROBLEMS_TOLD)
                .map(problem -> file + ": " + problem)
                .collect(Collectors.joining("\n"));
        int more = problems.size() - MOST_PROBLEMS_TOLD;
        return more > 0 ? lines + "\n" + file + ": and " + more + " more" : lines;
    }

    private static String reasonOf(IOException e) {
        return e instanceof NoSuchFileException ? "is missing" : "cannot be read: " + Problem.oneLine(e.toString());
    }

    /** What tells without reading that a file is the same: the file behind the name, its time of change and its size. */
    private record Stamp(Object key, FileTime changed, long size) {

        private static final Stamp NONE = new Stamp(null, FileTime.fromMillis(Long.MAX_VALUE), -1);

        static Stamp of(Path file) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return new Stamp(attributes.fileKey(), attributes.lastModifiedTime(), attributes.size());
            } catch (IOException e) {
                return NONE;
            }
        }

        boolean isOlderThan(long millis) {
            return changed.toMillis() < System.currentTimeMillis() - millis;
        }
    }
}
