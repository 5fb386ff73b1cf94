package io.caravan.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A producer that outlives its failures. One whose sign-in is refused before it has its id loses the request for it, and sends
 * nothing from then on; one that may not write idempotently refuses every record. Camel keeps either as long as its route. Here
 * it is made anew, once a second at most, and what waits in the old one fails, to be sent again by whoever sent it. For
 * producers without transactions. Thread-safe.
 */
final class RenewedProducer implements Producer<Object, Object> {

    private static final Logger LOG = LoggerFactory.getLogger(RenewedProducer.class);
    private static final long BETWEEN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final String REFUSALS = "failed-authentication-total";

    private final Supplier<Producer<Object, Object>> maker;
    private final LongSupplier nanoTime;
    private volatile Attempt current;
    private boolean closed;

    RenewedProducer(Supplier<Producer<Object, Object>> maker, LongSupplier nanoTime) {
        this.maker = maker;
        this.nanoTime = nanoTime;
        this.current = new Attempt(maker.get(), nanoTime.getAsLong());
    }

    /** One of the producers, and what is known of it. */
    private static final class Attempt {

        final Producer<Object, Object> producer;
        final long made;
        /** Kafka has taken what it sent last. */
        volatile boolean proven;
        /** It takes nothing any more. */
        volatile boolean failed;

        Attempt(Producer<Object, Object> producer, long made) {
            this.producer = producer;
            this.made = made;
        }

        boolean isUseless() {
            return failed || !proven && wasRefused();
        }

        private boolean wasRefused() {
            return producer.metrics().values().stream()
                    .anyMatch(metric -> metric.metricName().name().equals(REFUSALS)
                            && metric.metricValue() instanceof Double refusals
                            && refusals > 0);
        }
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<Object, Object> message, Callback callback) {
        Attempt attempt = current;
        if (attempt.isUseless()) {
            attempt = renewed(attempt);
        }
        return send(attempt, message, callback);
    }

    private static Future<RecordMetadata> send(
            Attempt attempt, ProducerRecord<Object, Object> message, Callback callback) {
        try {
            return attempt.producer.send(message, (metadata, failure) -> {
                attempt.proven = failure == null;
                if (callback != null) {
                    callback.onCompletion(metadata, failure);
                }
            });
        } catch (ApiException e) {
            throw e; // of this record, or of this moment
        } catch (KafkaException e) {
            attempt.failed = true;
            throw e;
        }
    }

    private synchronized Attempt renewed(Attempt useless) {
        long now = nanoTime.getAsLong();
        if (!closed && useless == current && now - useless.made >= BETWEEN_NANOS) {
            LOG.debug("A Kafka producer that was refused is made anew");
            current = new Attempt(maker.get(), now);
            useless.producer.close(Duration.ZERO);
        }
        return current;
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<Object, Object> message) {
        return send(message, null);
    }

    @Override
    public void flush() {
        current.producer.flush();
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
        return current.producer.partitionsFor(topic);
    }

    @Override
    public Map<MetricName, ? extends Metric> metrics() {
        return current.producer.metrics();
    }

    @Override
    public Uuid clientInstanceId(Duration timeout) {
        return current.producer.clientInstanceId(timeout);
    }

    @Override
    public synchronized void close() {
        closed = true;
        current.producer.close();
    }

    @Override
    public synchronized void close(Duration timeout) {
        closed = true;
        current.producer.close(timeout);
    }

    @Override
    public void initTransactions() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void beginTransaction() {
        throw new UnsupportedOperationException();
    }

    @Override
    @Deprecated
    public void sendOffsetsToTransaction(Map<TopicPartition, OffsetAndMetadata> offsets, String group) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void sendOffsetsToTransaction(Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void commitTransaction() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void abortTransaction() {
        throw new UnsupportedOperationException();
    }
}
