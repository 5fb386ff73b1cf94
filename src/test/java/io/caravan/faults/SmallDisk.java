package io.caravan.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of so many megabytes in a folder, which can be filled to the last byte. Only root can make one. */
final class SmallDisk implements AutoCloseable {

    private static final int MEGABYTE = 1024 * 1024;

    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /** Whether this machine lets us. */
    static boolean isPossible() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("caravan-disk");
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.toString()) == 0;
        if (mounted) {
            run("umount", folder.toString());
        }
        Files.delete(folder);
        return mounted;
    }

    static SmallDisk mount(Path folder, int megabytes) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        if (run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m,mode=700", "tmpfs", folder.toString()) != 0) {
            throw new IOException("Cannot mount a file system on " + folder);
        }
        return new SmallDisk(folder);
    }

    /** Takes all the room there is. */
    void fill() throws IOException {
        byte[] block = new byte[MEGABYTE];
        try (OutputStream file = Files.newOutputStream(ballast())) {
            while (Files.getFileStore(folder).getUsableSpace() > 0) {
                file.write(block, 0, (int) Math.min(
                        block.length, Math.max(1, Files.getFileStore(folder).getUsableSpace())));
            }
        } catch (IOException e) {
            if (Files.getFileStore(folder).getUsableSpace() > MEGABYTE) {
                throw e;
            }
        }
    }

    /** Gives the room back. */
    void free() throws IOException {
        Files.delete(ballast());
    }

    private Path ballast() {
        return folder.resolve("ballast");
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    }

    @Override
    public void close() throws IOException {
        try {
            run("umount", "-l", folder.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
