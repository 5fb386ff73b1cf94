package io.caravan.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;

/** A device with a will, by MQTT 3.1.1, whose connection can break without a word; clients of libraries say goodbye. */
final class LostDevice implements AutoCloseable {

    private static final int WILL_AND_CLEAN_SESSION = 0b0000_1110; // the will at QoS 1
    private static final int KEEP_ALIVE_SECONDS = 60;

    private final Socket socket;

    private LostDevice(Socket socket) {
        this.socket = socket;
    }

    static LostDevice connect(String url, String clientId, String willTopic, String will) throws IOException {
        return connect(url, clientId, willTopic, will.getBytes(UTF_8));
    }

    static LostDevice connect(String url, String clientId, String willTopic, byte[] will) throws IOException {
        URI broker = URI.create(url);
        Socket socket = new Socket(broker.getHost(), broker.getPort());
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        DataOutputStream content = new DataOutputStream(packet);
        content.writeUTF("MQTT");
        content.writeByte(4);
        content.writeByte(WILL_AND_CLEAN_SESSION);
        content.writeShort(KEEP_ALIVE_SECONDS);
        content.writeUTF(clientId);
        content.writeUTF(willTopic);
        content.writeShort(will.length);
        content.write(will);
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeByte(0x10); // CONNECT, and its length, which fits into one byte
        out.writeByte(packet.size());
        packet.writeTo(out);
        out.flush();
        byte[] acknowledgement = socket.getInputStream().readNBytes(4);
        if (acknowledgement.length < 4 || acknowledgement[3] != 0) {
            throw new IOException("the broker refused the connection");
        }
        return new LostDevice(socket);
    }

    /** Ends the connection without DISCONNECT, as a device does that loses its power or its network. */
    void breakConnection() throws IOException {
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
