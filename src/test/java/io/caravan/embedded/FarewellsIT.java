package io.caravan.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client sent that says goodbye and hangs up in one breath is taken in, and the client not taken for a lost one. */
@Timeout(90)
class FarewellsIT {

    private static final int CLIENTS = 100;
    private static final int MESSAGES = 50;
    private static final int WILL_AND_CLEAN_SESSION = 0b0000_0110;
    private static final byte[] DISCONNECT = {(byte) 0xE0, 0};

    @TempDir
    Path data;

    @Test
    void whatCameBeforeTheGoodbyeCountsAndNoWillIsPublished() throws Exception {
        try (EmbeddedMqtt broker = EmbeddedMqtt.start(data, 0)) {
            Queue<byte[]> wills = new ConcurrentLinkedQueue<>();
            Queue<byte[]> messages = new ConcurrentLinkedQueue<>();
            Mqtt5AsyncClient heir = Clients.subscribed(broker.mqttUrl(), "heir", "wills", wills);
            Mqtt5AsyncClient reader = Clients.subscribed(broker.mqttUrl(), "reader", "data", messages);
            for (int i = 0; i < CLIENTS; i++) {
                try (Socket client = connected(broker.mqttUrl(), "leaver-" + i)) {
                    ByteArrayOutputStream last = new ByteArrayOutputStream();
                    for (int message = 0; message < MESSAGES; message++) {
                        packet(last, 0x30, content -> {
                            content.writeUTF("data");
                            content.write('1');
                        });
                    }
                    last.write(DISCONNECT);
                    client.getOutputStream().write(last.toByteArray());
                }
            }
            connected(broker.mqttUrl(), "lost").close();

            await().until(() -> wills.stream().map(FarewellsIT::text).anyMatch("lost"::equals));
            assertThat(wills).extracting(FarewellsIT::text).containsExactly("lost");
            await().untilAsserted(() -> assertThat(messages).hasSize(CLIENTS * MESSAGES));
            await().until(() -> broker.connections() == 2);
            heir.disconnect().join();
            reader.disconnect().join();
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** By MQTT 3.1.1, with its id as its will. */
    private static Socket connected(String url, String clientId) throws IOException {
        URI broker = URI.create(url);
        Socket socket = new Socket(broker.getHost(), broker.getPort());
        packet(socket.getOutputStream(), 0x10, content -> {
            content.writeUTF("MQTT");
            content.writeByte(4);
            content.writeByte(WILL_AND_CLEAN_SESSION);
            content.writeShort(60);
            content.writeUTF(clientId);
            content.writeUTF("wills");
            content.writeUTF(clientId);
        });
        assertThat(socket.getInputStream().readNBytes(4)).endsWith(0);
        return socket;
    }

    private interface Content {
        void writeTo(DataOutputStream packet) throws IOException;
    }

    /** One whose length fits into a byte. */
    private static void packet(OutputStream out, int type, Content content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        content.writeTo(new DataOutputStream(bytes));
        out.write(type);
        out.write(bytes.size());
        out.write(bytes.toByteArray());
        out.flush();
    }
}
