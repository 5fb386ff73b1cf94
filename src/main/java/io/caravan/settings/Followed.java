package io.caravan.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is made of files, a secret or certificates, and is made anew when they change: within two seconds, without a restart.
 * Of files that cannot be used the log tells, once, and what was made before stays until they can. Thread-safe.
 */
final class Followed<T> implements Supplier<T> {

    private static final Logger LOG = LoggerFactory.getLogger(Followed.class);
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String what;
    private final Collection<Path> files;
    private final Supplier<T> maker;
    private T value;
    private List<Stamp> seen;
    private String told;
    private long looked;

    /** Tells one content of a file from the next; one that is renamed into place may have an older time. */
    private record Stamp(Object modified, long size, Object identity) {}

    /**
     * Makes it a first time.
     *
     * @param what the keys of the settings, for the log
     * @param maker throws a {@link UserError}, which has no secret in it, for what cannot be used
     */
    Followed(String what, Collection<Path> files, Supplier<T> maker) {
        this.what = what;
        this.files = List.copyOf(files);
        this.maker = maker;
        this.seen = stamps();
        this.value = maker.get();
        this.looked = System.nanoTime();
    }

    @Override
    public synchronized T get() {
        if (System.nanoTime() - looked > LOOK_NANOS) {
            looked = System.nanoTime();
            follow();
        }
        return value;
    }

    private void follow() {
        List<Stamp> now = stamps();
        if (now.equals(seen)) {
            told = null; // if it was of other files, they are gone
            return;
        }
        try {
            T next = maker.get();
            seen = now; // of before they were read: what is written meanwhile is read again
            told = null;
            if (!next.equals(value)) {
                value = next;
                LOG.info("{}: what is in {} has changed, and counts from now on", what, files);
            }
        } catch (UserError e) {
            tell(e.getMessage());
        } catch (RuntimeException e) { // not with its message, which may quote a secret
            tell(what + ": what is in " + files + " cannot be used ("
                    + e.getClass().getName() + ')');
        }
    }

    private void tell(String fault) {
        if (!fault.equals(told)) {
            told = fault;
            LOG.warn("{}. What was there before is used on", fault);
        }
    }

    private List<Stamp> stamps() {
        return files.stream().map(Followed::stamp).toList();
    }

    private static Stamp stamp(Path file) {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return new Stamp(now.lastModifiedTime(), now.size(), now.fileKey());
        } catch (IOException e) {
            return new Stamp(null, 0, null);
        }
    }
}
