package io.caravan.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports that nobody listens on now, and that were not given before: a server may be down, or yet to start. They lie below the
 * range of outgoing connections: a client that knocks at a server which is down may otherwise get the very port and meet itself.
 */
public final class FreePort {

    /** Test processes that run side by side take others: a port is free while its server is down. */
    private static final int SIDE = Integer.getInteger("surefire.forkNumber", 0) % 2;

    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private FreePort() {}

    public static int next() {
        while (true) {
            int candidate = ThreadLocalRandom.current().nextInt(10_000, 16_000) * 2 + SIDE;
            try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                if (GIVEN.add(candidate)) {
                    return candidate;
                }
            } catch (IOException e) {
                // taken: try another
            }
        }
    }
}
