package io.caravan.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many clients of the embedded MQTT broker at the same time are served by few threads. */
@Timeout(90)
class BrokerThreadsIT {

    private static final int CLIENTS = 60;
    private static final int MESSAGES = 100;

    @TempDir
    Path data;

    @Test
    void manyClientsAreServedByFewThreads() {
        Set<Thread> others = Thread.getAllStackTraces().keySet();
        try (EmbeddedMqtt broker = EmbeddedMqtt.start(data, 0)) {
            List<Mqtt5AsyncClient> clients = IntStream.range(0, CLIENTS)
                    .mapToObj(number -> Clients.connected(broker.mqttUrl(), "client-" + number))
                    .toList();
            CompletableFuture<?>[] acknowledged = IntStream.range(0, CLIENTS * MESSAGES)
                    .mapToObj(number -> Clients.publish(
                            clients.get(number % CLIENTS), "plant/" + number % CLIENTS, Clients.bytes("1")))
                    .toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(acknowledged).join();

            // Artemis compares with the limit without a lock, so that it may have one or two more
            assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> !others.contains(thread))
                    .filteredOn(thread -> thread.getName().endsWith("(activemq-caravan)"))
                    .hasSizeBetween(1, EmbeddedMqtt.THREADS * 3 / 2);
            clients.forEach(client -> client.disconnect().join());
        }
    }
}
