package io.caravan.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The wire between an application and a server: what it carries can be held up, swallowed in one direction or both while the
 * connections stand, or cut anywhere. Thread-safe.
 */
final class Wire implements AutoCloseable {

    private static final int MOST = 16_384;

    /** What becomes of what is sent. */
    enum State {
        CARRIES,
        /** What the application sends gets nowhere; what the server sends arrives. */
        SWALLOWS_REQUESTS,
        /** What the server sends gets nowhere; what the application sends arrives. */
        SWALLOWS_ANSWERS,
        SWALLOWS_ALL,
        /** New connections are ended at once. */
        REFUSES
    }

    private final int port;
    private final int server;
    private final ServerSocket listening;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile State state = State.CARRIES;
    private volatile long delayMillis;

    /**
     * @param port where it listens, on loopback
     * @param server the port of the server on loopback
     */
    Wire(int port, int server) throws IOException {
        this.port = port;
        this.server = server;
        listening = new ServerSocket();
        listening.setReuseAddress(true);
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        start(this::accept);
    }

    int port() {
        return port;
    }

    /** What is swallowed from then on is never sent again: those connections are useless, whatever comes after. */
    void become(State next) {
        state = next;
    }

    /** Holds up everything by so much. */
    void delay(long millis) {
        delayMillis = millis;
    }

    /** Ends all connections, wherever they are in what they carry. */
    void cut() {
        open.forEach(this::close);
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket near = listening.accept();
                if (state == State.REFUSES) {
                    near.close();
                    continue;
                }
                Socket far = new Socket(InetAddress.getLoopbackAddress(), server);
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                open.add(near);
                open.add(far);
                start(() -> carry(near, far, true));
                start(() -> carry(far, near, false));
            } catch (IOException e) {
                // the server is away, or this wire has come to its end
            }
        }
    }

    private void carry(Socket from, Socket to, boolean request) {
        byte[] buffer = new byte[MOST];
        boolean swallows = false;
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                if (delayMillis > 0) {
                    Thread.sleep(delayMillis);
                }
                State now = state;
                swallows |= now == State.SWALLOWS_ALL
                        || now == (request ? State.SWALLOWS_REQUESTS : State.SWALLOWS_ANSWERS);
                if (!swallows) {
                    out.write(buffer, 0, count);
                }
            }
        } catch (IOException e) {
            // ended by one of the two, or cut
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(from);
            close(to);
        }
    }

    private void close(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "wire");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
    }
}
