package io.caravan.embedded;

import io.caravan.settings.UserError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * The folder and the port that one embedded server is about to use, held from before its start until after its end. The
 * folder is locked by a file beside it, so that a second process gets an error instead of damaged files; the operating
 * system drops that lock when a process is killed.
 */
final class Claim implements AutoCloseable {

    /** Every embedded server listens here and nowhere else: not all of them ask for a password. */
    static final String HOST = "127.0.0.1";

    /** Below the range from which operating systems take the ports of outgoing connections. */
    private static final int LOWEST_FREE_PORT = 20_000;

    private static final int HIGHEST_FREE_PORT = 32_000;

    private final String server;
    private final String portKey;
    private final Path directory;
    private final int port;
    private final FileChannel channel;

    private Claim(String server, String portKey, Path directory, int port, FileChannel channel) {
        this.server = server;
        this.portKey = portKey;
        this.directory = directory;
        this.port = port;
        this.channel = channel;
    }

    /**
     * Takes the folder {@code name} of the data folder, and the port; 0 becomes a port that is free now.
     *
     * @throws UserError when another process has the folder or the port; for a port it names the key that changes it
     */
    static Claim of(String server, Path dataDir, String name, String portKey, int port) {
        return of(server, dataDir, name, portKey, port, folder -> {});
    }

    /** The same, with something to do once the folder is ours and before the port is looked at. */
    static Claim of(String server, Path dataDir, String name, String portKey, int port, Consumer<Path> onceLocked) {
        Path directory = folder(dataDir).resolve(name);
        FileChannel channel = lock(directory);
        try {
            onceLocked.accept(directory);
            Claim claim = new Claim(server, portKey, directory, port == 0 ? freePort() : port, channel);
            claim.requireFreePort();
            return claim;
        } catch (RuntimeException e) {
            release(channel);
            throw e;
        }
    }

    /** A port that nobody listens on now. */
    static int freePort() {
        while (true) {
            int candidate = ThreadLocalRandom.current().nextInt(LOWEST_FREE_PORT, HIGHEST_FREE_PORT);
            if (isFree(candidate)) {
                return candidate;
            }
        }
    }

    Path directory() {
        return directory;
    }

    int port() {
        return port;
    }

    String address() {
        return HOST + ":" + port;
    }

    UserError portTaken(Throwable cause) {
        return new UserError(
                "Port " + port + " is taken: the embedded " + server + " cannot listen on it. Change " + portKey,
                cause);
    }

    /**
     * Ends what has been started, and tells what to throw. The port is looked at afterwards: who has it then is somebody
     * else, who came between the claim and the start.
     */
    RuntimeException startFailed(Throwable cause, AutoCloseable started) {
        try {
            started.close();
        } catch (Exception e) {
            cause.addSuppressed(e);
        }
        if (cause instanceof UserError error) {
            return error;
        }
        if (!isFree(port)) {
            return portTaken(cause);
        }
        return new IllegalStateException("The embedded " + server + " did not start: " + cause.getMessage(), cause);
    }

    /** Gives the folder back. */
    @Override
    public void close() {
        release(channel);
    }

    private void requireFreePort() {
        if (!isFree(port)) {
            throw portTaken(null);
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(HOST), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static Path folder(Path dataDir) {
        try {
            return Files.createDirectories(dataDir).toRealPath();
        } catch (IOException e) {
            throw new UserError("Cannot keep data in " + dataDir + ": " + e.getMessage(), e);
        }
    }

    private static FileChannel lock(Path directory) {
        FileChannel channel = null;
        FileLock lock = null;
        try {
            channel = FileChannel.open(
                    directory.resolveSibling(directory.getFileName() + ".lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // told below: another server of this process has it
        } catch (IOException e) {
            release(channel);
            throw new UserError("Cannot keep data in " + directory.getParent() + ": " + e.getMessage(), e);
        }
        if (lock == null) {
            release(channel);
            throw new UserError("The data folder " + directory.getParent()
                    + " is in use by another process. Stop that one, or choose another folder with --data");
        }
        return channel;
    }

    private static void release(FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new IllegalStateException("Cannot close a lock file", e);
        }
    }
}
