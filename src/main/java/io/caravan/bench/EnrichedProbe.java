package io.caravan.bench;

import io.caravan.kafka.KafkaAccess;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Notes when messages of a run arrive on the enriched topic. It reads one partition only, a sample of the devices that
 * costs little.
 */
final class EnrichedProbe implements AutoCloseable {

    private static final TopicPartition SAMPLE = new TopicPartition(Backlog.ENRICHED, 0);

    private final Arrivals arrivals;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread thread = new Thread(this::read, "enriched-probe");
    private volatile boolean stopping;

    /** Begins to read at the end of the topic. */
    EnrichedProbe(KafkaAccess kafka, Workload workload) {
        this.arrivals = new Arrivals(workload);
        consumer = new KafkaConsumer<>(
                kafka.with(Map.of(
                        "client.id", "caravan-bench-probe",
                        "enable.auto.commit", "false",
                        "allow.auto.create.topics", "false")),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(List.of(SAMPLE));
        consumer.seekToEnd(List.of(SAMPLE));
        consumer.position(SAMPLE, Duration.ofSeconds(5));
        thread.setDaemon(true);
        thread.start();
    }

    private void read() {
        try (consumer) {
            while (!stopping) {
                var records = consumer.poll(Duration.ofMillis(100));
                Instant now = Instant.now();
                long arrival = now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    arrivals.note(record.value(), arrival);
                }
            }
        } catch (InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (KafkaException e) {
            // The sample ends here; what was read until now still counts.
        }
    }

    /** What was noted; for after {@link #close}. */
    Arrivals arrivals() {
        return arrivals;
    }

    @Override
    public void close() {
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
