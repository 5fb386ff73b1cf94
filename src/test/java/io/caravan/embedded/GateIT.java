package io.caravan.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Before Caravan reads what devices publish, the embedded MQTT broker takes nothing from them. */
@Timeout(90)
class GateIT {

    @TempDir
    Path data;

    @Test
    void nothingIsAcknowledgedBeforeItIsRead() throws Exception {
        try (EmbeddedMqtt broker = EmbeddedMqtt.start(data, 0, MqttAccess.OPEN.first("caravan-"))) {
            AtomicBoolean ready = new AtomicBoolean();
            broker.letInWhen(ready::get);
            assertThatThrownBy(() -> Clients.connected(broker.mqttUrl(), "device"))
                    .isInstanceOf(CompletionException.class);
            assertThat(answerToPublish(broker.port())).as("acknowledgements").isEmpty();

            Queue<byte[]> read = new ConcurrentLinkedQueue<>();
            Mqtt5AsyncClient reader = Clients.subscribed(broker.mqttUrl(), "caravan-iot-0", "data", read);
            ready.set(true);
            Mqtt5AsyncClient device = Clients.connected(broker.mqttUrl(), "device");
            ready.set(false); // who was let in once is let in again
            device.disconnect().join();
            device.connect().join();
            Clients.publish(device, "data", Clients.bytes("1")).join();

            assertThat(answerToPublish(broker.port())).as("acknowledgements").isNotEmpty();
            device.disconnect().join();
            reader.disconnect().join();
        }
    }

    /** What a client gets that connects and publishes with one write, without waiting for an answer (MQTT 3.1.1, 3.1.4). */
    private static byte[] answerToPublish(int port) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream packets = new DataOutputStream(bytes);
        packets.write(new byte[] {0x10, 14, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 2, 'd', '2'});
        packets.write(new byte[] {0x32, 9, 0, 4, 'd', 'a', 't', 'a', 0, 1, '1'});
        packets.write(new byte[] {(byte) 0xE0, 0});
        try (Socket device = new Socket("127.0.0.1", port)) {
            device.getOutputStream().write(bytes.toByteArray());
            return device.getInputStream().readAllBytes();
        }
    }
}
