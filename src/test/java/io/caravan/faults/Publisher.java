package io.caravan.faults;

import com.hivemq.client.mqtt.datatypes.MqttTopic;
import io.caravan.Patience;
import io.caravan.simulator.MqttLink;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A device's way to the MQTT broker, at QoS 1: it connects again by itself, and sends again what was not acknowledged, as
 * devices do that want to lose nothing. Thread-safe.
 */
final class Publisher implements AutoCloseable {

    private static final int IN_FLIGHT = 500;
    private static final long PATIENCE_SECONDS = Patience.LONGEST.toSeconds();

    /** Between two attempts: without a connection the client refuses at once. */
    private static final Executor AGAIN = CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);

    private final MqttLink link;
    private final Journal journal;
    private final Semaphore room = new Semaphore(IN_FLIGHT);

    Publisher(String mqttUrl, Journal journal) {
        this.link = MqttLink.connect(mqttUrl, "faults-" + UUID.randomUUID());
        this.journal = journal;
    }

    /** Sends it; waits while too much is on its way. */
    void publish(Message message) throws InterruptedException {
        room.acquire();
        journal.sent(message);
        send(message);
    }

    private void send(Message message) {
        link.publish(MqttTopic.of(message.topic()), message.bytes(), failure -> {
            if (failure == null) {
                journal.acknowledged(message);
                room.release();
            } else {
                AGAIN.execute(() -> send(message));
            }
        });
    }

    /** Waits until all that was sent is acknowledged. */
    void awaitAcknowledged() throws InterruptedException {
        if (!room.tryAcquire(IN_FLIGHT, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("The MQTT broker owes " + (IN_FLIGHT - room.availablePermits())
                    + " acknowledgements after " + PATIENCE_SECONDS + " s");
        }
        room.release(IN_FLIGHT);
    }

    @Override
    public void close() {
        link.close();
    }
}
