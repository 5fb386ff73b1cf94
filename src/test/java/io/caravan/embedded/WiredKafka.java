package io.caravan.embedded;

import java.nio.file.Path;
import java.util.Map;

/** A Kafka with a second door, which tells those who come by it another address: that of whatever stands before it. */
public final class WiredKafka {

    private WiredKafka() {}

    /**
     * Starts it.
     *
     * @param port of the first door
     * @param door of the second
     * @param told what is said of the second
     */
    public static EmbeddedKafka start(Path folder, int port, int door, int told) {
        Claim claim = EmbeddedKafka.claim(folder, port);
        String first = "PLAINTEXT://" + claim.address();
        String controller = Claim.HOST + ":" + Claim.freePort();
        return EmbeddedKafka.start(
                claim,
                Map.of(
                        "listeners",
                        first + ",WIRED://" + Claim.HOST + ":" + door + ",CONTROLLER://" + controller,
                        "advertised.listeners",
                        first + ",WIRED://" + Claim.HOST + ":" + told,
                        "controller.quorum.voters",
                        "1@" + controller,
                        "listener.security.protocol.map",
                        "PLAINTEXT:PLAINTEXT,WIRED:PLAINTEXT,CONTROLLER:PLAINTEXT"));
    }
}
