package io.caravan.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A secret that stands in a file, and changes when the file does: within two seconds, without a restart. A file that cannot be
 * read, or is empty, changes nothing. Thread-safe.
 */
final class SecretFile implements Supplier<String> {

    private static final Logger LOG = LoggerFactory.getLogger(SecretFile.class);
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String key;
    private final Path file;
    private String value;
    private FileTime modified;
    private long looked = System.nanoTime();

    /** @param value what stands in it now */
    SecretFile(String key, Path file, String value) {
        this.key = key;
        this.file = file;
        this.value = value;
    }

    @Override
    public synchronized String get() {
        if (System.nanoTime() - looked > LOOK_NANOS) {
            looked = System.nanoTime();
            try {
                FileTime now = Files.getLastModifiedTime(file);
                if (!now.equals(modified)) {
                    read();
                    modified = now;
                }
            } catch (IOException e) {
                LOG.warn("{}: its file cannot be read, what it held before is used on ({})", key, e.toString());
            }
        }
        return value;
    }

    private void read() throws IOException {
        String content = Files.readString(file).strip();
        if (!content.isEmpty() && !content.equals(value)) {
            value = content;
            LOG.info("{}: its file has changed, and counts from now on", key);
        }
    }
}
