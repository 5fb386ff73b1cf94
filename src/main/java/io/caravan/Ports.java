package io.caravan;

import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Makes sure before the start that the ports to listen on are free: Camel itself would start without them. */
final class Ports {

    private Ports() {}

    /**
     * @throws UserError naming the key of a port that is taken, or of a host that is none of this machine's; and where both
     *     keys name one port, even of different addresses: Camel tells its two servers apart by their ports
     */
    static void requireFree(Settings settings, boolean api) {
        if (api) {
            int port = settings.port("caravan.http.port");
            if (port == settings.port("caravan.management.port")) {
                throw new UserError("caravan.http.port and caravan.management.port are both " + port
                        + ": give them different ports");
            }
            requireFree(settings, "caravan.http");
        }
        requireFree(settings, "caravan.management");
    }

    private static void requireFree(Settings settings, String key) {
        String host = settings.text(key + ".host");
        int port = settings.number(key + ".port", 1, 65_535);
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
        } catch (IOException e) {
            throw new UserError("Cannot listen on " + host + ":" + port + " (" + e.getMessage() + "): choose another "
                    + key + ".port (or " + Settings.variableOf(key + ".port") + ")");
        }
    }
}
