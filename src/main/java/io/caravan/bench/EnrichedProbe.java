package io.caravan.bench;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Notes when messages of a run arrive on the enriched topic. It reads one partition only, a sample of the devices that
 * costs little, and finds device and timestamp by a scan of the bytes.
 */
final class EnrichedProbe implements AutoCloseable {

    private static final byte[] DEVICE = "\"device_id\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TIMESTAMP = "\"timestamp\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final TopicPartition SAMPLE = new TopicPartition(Backlog.ENRICHED, 0);
    private static final long HIGHEST_LATENCY_MICROS = 3_600_000_000L;

    private final Workload workload;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread thread = new Thread(this::read, "enriched-probe");
    private volatile boolean stopping;
    private int[] devices = new int[1 << 16];
    private long[] timestamps = new long[1 << 16];
    private long[] arrivals = new long[1 << 16];
    private int size;

    /** Begins to read at the end of the topic. */
    EnrichedProbe(String brokers, Workload workload) {
        this.workload = workload;
        Properties properties = new Properties();
        properties.put("bootstrap.servers", brokers);
        properties.put("client.id", "caravan-bench-probe");
        properties.put("enable.auto.commit", "false");
        properties.put("allow.auto.create.topics", "false");
        consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
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
                    note(record.value(), arrival);
                }
            }
        } catch (InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (KafkaException e) {
            // The sample ends here; what was read until now still counts.
        }
    }

    /** Takes an enriched message that arrived at a time, in microseconds since the epoch. */
    void note(byte[] value, long arrival) {
        if (value == null) {
            return;
        }
        int device = find(value, DEVICE, 0);
        int end = device < 0 ? -1 : quote(value, device);
        int number = end < 0 ? -1 : workload.deviceNumber(value, device, end - device);
        int time = number < 0 ? -1 : find(value, TIMESTAMP, end);
        long timestamp = time < 0 ? -1 : Rfc3339.read(value, time);
        if (timestamp < 0) {
            return;
        }
        if (size == devices.length) {
            devices = Arrays.copyOf(devices, size * 2);
            timestamps = Arrays.copyOf(timestamps, size * 2);
            arrivals = Arrays.copyOf(arrivals, size * 2);
        }
        devices[size] = number;
        timestamps[size] = timestamp;
        arrivals[size] = arrival;
        size++;
    }

    /** Latency from publishing to arrival in microseconds, of the messages from a message on. After {@link #close}. */
    Histogram latency(Journal journal, int measuredFrom) {
        Histogram latency = new Histogram(HIGHEST_LATENCY_MICROS, 3);
        for (int i = 0; i < size; i++) {
            int n = journal.find(devices[i], timestamps[i]);
            int message = n < 0 ? -1 : journal.message(devices[i], n);
            if (message >= measuredFrom) {
                long micros = arrivals[i] - journal.published(message);
                latency.recordValue(Math.min(HIGHEST_LATENCY_MICROS, Math.max(0, micros)));
            }
        }
        return latency;
    }

    @Override
    public void close() throws InterruptedException {
        stopping = true;
        thread.join();
    }

    /** The position behind the first occurrence of the key, or -1. */
    private static int find(byte[] in, byte[] key, int from) {
        for (int i = from; i + key.length <= in.length; i++) {
            if (in[i] == key[0] && Arrays.equals(in, i, i + key.length, key, 0, key.length)) {
                return i + key.length;
            }
        }
        return -1;
    }

    private static int quote(byte[] in, int from) {
        for (int i = from; i < in.length; i++) {
            if (in[i] == '"') {
                return i;
            }
        }
        return -1;
    }
}
