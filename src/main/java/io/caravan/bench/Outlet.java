package io.caravan.bench;

import io.caravan.simulator.KafkaLink;
import io.caravan.simulator.MqttLink;
import io.caravan.simulator.RoomEvents;
import java.util.function.Consumer;

/** A connection that takes the messages of a workload, at the place where its devices send to. Thread-safe. */
interface Outlet extends AutoCloseable {

    /**
     * Sends a message of a device.
     *
     * @param done told null when it was acknowledged, else the reason; on a thread of the connection
     */
    void publish(int device, byte[] payload, Consumer<Throwable> done);

    @Override
    void close();

    /** To the MQTT broker, or for events to Kafka. */
    static Outlet of(BenchTarget target, Workload workload, String clientId) {
        return workload.isForKafka()
                ? new ToKafka(KafkaLink.connect(target.kafka(), RoomEvents.TOPIC), workload)
                : new ToMqtt(MqttLink.connect(target.mqtt(), clientId), workload);
    }

    /** At QoS 1. */
    record ToMqtt(MqttLink link, Workload workload) implements Outlet {
        @Override
        public void publish(int device, byte[] payload, Consumer<Throwable> done) {
            link.publish(workload.topic(device), payload, done);
        }

        @Override
        public void close() {
            link.close();
        }
    }

    /** With the device as the key. */
    record ToKafka(KafkaLink link, Workload workload) implements Outlet {
        @Override
        public void publish(int device, byte[] payload, Consumer<Throwable> done) {
            link.publish(RoomEvents.TOPIC, workload.deviceId(device), payload, done);
        }

        @Override
        public void close() {
            link.close();
        }
    }
}
