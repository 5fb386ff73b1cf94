package io.caravan.simulator;

import io.caravan.kafka.KafkaAccess;
import io.caravan.settings.UserError;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends messages to the topic of Kafka that they name, with the device as their key. Thread-safe. */
public final class KafkaLink implements Link {

    private static final int PATIENCE_MILLIS = 10_000;

    private final KafkaProducer<String, byte[]> producer;
    private volatile boolean connected = true;

    private KafkaLink(KafkaProducer<String, byte[]> producer) {
        this.producer = producer;
    }

    /**
     * Connects.
     *
     * @param topic one that must be there
     * @throws UserError when Kafka does not answer, or has no such topic, within ten seconds
     */
    public static KafkaLink connect(KafkaAccess kafka, String topic) {
        KafkaProducer<String, byte[]> producer = null;
        try {
            producer = new KafkaProducer<>(
                    kafka.with(Map.of(
                            ProducerConfig.MAX_BLOCK_MS_CONFIG,
                            PATIENCE_MILLIS,
                            ProducerConfig.COMPRESSION_TYPE_CONFIG,
                            "lz4",
                            ProducerConfig.LINGER_MS_CONFIG,
                            5)),
                    new StringSerializer(),
                    new ByteArraySerializer());
            producer.partitionsFor(topic);
            return new KafkaLink(producer);
        } catch (KafkaException e) {
            if (producer != null) {
                producer.close(Duration.ZERO);
            }
            Throwable root = e.getCause() == null ? e : e.getCause();
            throw new UserError(
                    "Cannot reach the topic " + topic + " of Kafka at " + kafka.brokers() + ": " + root.getMessage(),
                    e);
        }
    }

    @Override
    public boolean connected() {
        return connected;
    }

    @Override
    public void publish(String device, Message message, Consumer<Throwable> done) {
        publish(message.topic(), device, message.payload(), done);
    }

    /** As {@link #publish(String, Message, Consumer)}. */
    public void publish(String topic, String device, byte[] payload, Consumer<Throwable> done) {
        try {
            producer.send(new ProducerRecord<>(topic, device, payload), (metadata, failure) -> {
                connected = failure == null;
                done.accept(failure);
            });
        } catch (KafkaException e) {
            connected = false;
            done.accept(e);
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofMillis(PATIENCE_MILLIS / 2));
    }
}
