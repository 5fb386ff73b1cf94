package io.caravan.simulator;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;

/** An MQTT broker in memory, on a free port of the loopback interface. */
public final class TestBroker implements AutoCloseable {

    private final int port;
    private EmbeddedActiveMQ server;

    public TestBroker() throws Exception {
        port = freePort();
        start();
    }

    public String url() {
        return "tcp://127.0.0.1:" + port;
    }

    /** Starts it again on the same port after {@link #stop}. */
    public void start() throws Exception {
        ConfigurationImpl configuration = new ConfigurationImpl();
        configuration.setPersistenceEnabled(false);
        configuration.setSecurityEnabled(false);
        configuration.addAcceptorConfiguration("mqtt", url() + "?protocols=MQTT");
        configuration.addAddressSetting("#", new AddressSettings().setMaxSizeBytes(-1));
        server = new EmbeddedActiveMQ().setConfiguration(configuration);
        server.start();
    }

    @Override
    public void close() {
        stop();
    }

    public void stop() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("The broker did not stop", e);
        }
    }

    public static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
