package io.caravan.faults;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * A device that sends every message twice at QoS 1, the second time with the flag DUP, as one does whose acknowledgements get
 * lost. It writes MQTT 3.1.1 by itself: no client library can be had to repeat what was acknowledged. Not thread-safe.
 */
final class RepeatingPublisher implements AutoCloseable {

    private static final int CONNECT = 0x10;
    private static final int CONNACK = 0x20;
    private static final int PUBLISH_QOS_1 = 0x32;
    private static final int PUBACK = 0x40;
    private static final int DUP = 0x08;
    private static final int DISCONNECT = 0xE0;
    private static final int CLEAN_SESSION = 0x02;
    private static final int AT_ONCE = 100;
    private static final int PATIENCE_MILLIS = 120_000;

    private final Journal journal;
    private final Socket socket;
    private final DataOutputStream out;
    private final DataInputStream in;

    RepeatingPublisher(String mqttUrl, Journal journal) throws IOException {
        URI broker = URI.create(mqttUrl);
        this.journal = journal;
        this.socket = new Socket(broker.getHost(), broker.getPort());
        socket.setSoTimeout(PATIENCE_MILLIS);
        this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
        this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        send(CONNECT, packet -> {
            packet.writeUTF("MQTT");
            packet.writeByte(4);
            packet.writeByte(CLEAN_SESSION);
            packet.writeShort(0);
            packet.writeUTF("repeating");
        });
        out.flush();
        byte[] answer = receive(CONNACK);
        if (answer[1] != 0) {
            throw new IOException("The broker refuses: " + answer[1]);
        }
    }

    /** Sends each message twice, one after the other, and returns when the broker has acknowledged both. */
    void publishTwice(List<Message> messages) throws IOException {
        List<Message> some = new ArrayList<>();
        for (Message message : messages) {
            some.add(message);
            if (some.size() == AT_ONCE) {
                publishSome(some);
                some.clear();
            }
        }
        publishSome(some);
    }

    private void publishSome(List<Message> messages) throws IOException {
        for (int i = 0; i < messages.size(); i++) {
            journal.sent(messages.get(i));
            publish(PUBLISH_QOS_1, i + 1, messages.get(i));
            publish(PUBLISH_QOS_1 | DUP, i + 1, messages.get(i));
        }
        out.flush();
        for (int answers = 0; answers < 2 * messages.size(); answers++) {
            byte[] id = receive(PUBACK);
            journal.acknowledged(messages.get(((id[0] & 0xFF) << 8 | id[1] & 0xFF) - 1));
        }
    }

    private void publish(int type, int id, Message message) throws IOException {
        send(type, packet -> {
            packet.writeUTF(message.topic());
            packet.writeShort(id);
            packet.write(message.bytes());
        });
    }

    private interface Content {
        void writeTo(DataOutputStream packet) throws IOException;
    }

    private void send(int type, Content content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        content.writeTo(new DataOutputStream(bytes));
        out.writeByte(type);
        int length = bytes.size();
        do {
            out.writeByte(length > 127 ? length & 127 | 128 : length);
            length >>= 7;
        } while (length > 0);
        bytes.writeTo(out);
    }

    /** The content of the next packet, none of which is longer than 127 bytes. */
    private byte[] receive(int type) throws IOException {
        int received = in.read();
        if (received < 0) {
            throw new EOFException("The broker has closed the connection");
        }
        if (received != type) {
            throw new IOException("Packet of type " + received + " instead of " + type);
        }
        return in.readNBytes(in.readUnsignedByte());
    }

    @Override
    public void close() throws IOException {
        send(DISCONNECT, packet -> {});
        out.flush();
        socket.close();
    }
}
