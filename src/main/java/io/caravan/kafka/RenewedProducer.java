package io.caravan.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
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
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A producer that outlives its failures. One whose sign-in is refused before it has its id loses the request for it, and sends
 * nothing from then on; one that may not write idempotently refuses every record; one under which the clock is put back does not
 * find its way back to Kafka. Camel keeps them as long as their routes. Here they are made anew, once a second at most, and what
 * waits in the old one fails, to be sent again by whoever sent it.
 *
 * <p>Who hands in records without a callback waits for all of them and, where one fails, sends all of them again. Nothing is then
 * written behind one that Kafka did not take in time: the old producer gives up with it what was handed in after it. So the
 * records that such a sender writes to a partition are, without repetitions, in the order in which it handed them in, and without
 * gaps but for those that are too large.
 *
 * <p>For producers without transactions. Thread-safe.
 */
final class RenewedProducer implements Producer<Object, Object> {

    private static final Logger LOG = LoggerFactory.getLogger(RenewedProducer.class);
    private static final long BETWEEN_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Longer than between two records of a list that is being handed in, and shorter than until it is sent again. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final Duration LONGEST_FAREWELL = Duration.ofSeconds(3);

    private static final String REFUSALS = "failed-authentication-total";

    private final IntFunction<Producer<Object, Object>> maker;
    private final int batchBytes;
    private final LongSupplier nanoTime;
    private volatile Attempt current;
    private int limit;
    private boolean closed;

    /**
     * @param maker makes a producer whose batches have at most so many bytes
     * @param batchBytes how large batches are to be
     * @param limit how large they may be
     */
    RenewedProducer(IntFunction<Producer<Object, Object>> maker, int batchBytes, int limit, LongSupplier nanoTime) {
        this.maker = maker;
        this.batchBytes = batchBytes;
        this.limit = limit;
        this.nanoTime = nanoTime;
        this.current = attempt();
    }

    private Attempt attempt() {
        int bytes = Math.min(batchBytes, limit);
        return new Attempt(maker.apply(bytes), bytes, nanoTime.getAsLong());
    }

    /** One of the producers, and what is known of it. */
    private final class Attempt {

        final Producer<Object, Object> producer;
        final int batchBytes;
        final long made;
        /** Kafka has taken what it sent last. */
        volatile boolean proven;
        /** It takes nothing any more. */
        volatile boolean failed;
        /** When it was given up, where it was. */
        volatile long givenUp;

        Attempt(Producer<Object, Object> producer, int batchBytes, long made) {
            this.producer = producer;
            this.batchBytes = batchBytes;
            this.made = made;
            this.givenUp = made - PAUSE_NANOS;
        }

        boolean isUseless() {
            return failed || !proven && wasRefused();
        }

        boolean mayBeReplaced() {
            long now = nanoTime.getAsLong();
            return isUseless() && now - made >= BETWEEN_NANOS && now - givenUp >= PAUSE_NANOS;
        }

        private boolean wasRefused() {
            return producer.metrics().values().stream()
                    .anyMatch(metric -> metric.metricName().name().equals(REFUSALS)
                            && metric.metricValue() instanceof Double refusals
                            && refusals > 0);
        }

        /** All that waits in it fails at once, and nothing more is sent. Waits for its callbacks unless one of them asks. */
        void giveUp() {
            leave();
            producer.close(Duration.ZERO);
        }

        /** Gives it up and does not wait for its callbacks, which may send and so ask for the lock that the caller holds. */
        void giveUpSoon() {
            leave();
            Thread closing = new Thread(() -> producer.close(Duration.ZERO), "producer-given-up");
            closing.setDaemon(true);
            closing.start();
        }

        private void leave() {
            givenUp = nanoTime.getAsLong();
            failed = true;
        }
    }

    /** Says how large batches may be from now on; a producer that makes larger ones is given up. */
    synchronized void limit(int bytes) {
        limit = bytes;
        if (!closed && !current.failed && current.batchBytes > bytes) {
            LOG.info("Kafka's topics take {} bytes at once: batches are kept below", bytes);
            current.giveUpSoon();
        }
    }

    /** What waits fails soon, and the next that is sent goes by a new producer. */
    synchronized void renew() {
        if (!closed) {
            current.giveUpSoon(); // also one that takes nothing any more: what it took before may wait in it
        }
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<Object, Object> message, Callback callback) {
        if (callback == null) {
            return send(message);
        }
        Attempt chosen = working();
        return send(chosen, message, (metadata, failure) -> {
            chosen.proven = failure == null;
            callback.onCompletion(metadata, failure);
        });
    }

    /** @throws KafkaException where Kafka's client has not even taken it */
    @Override
    public Future<RecordMetadata> send(ProducerRecord<Object, Object> message) {
        Attempt chosen = working();
        Thread sender = Thread.currentThread();
        Future<RecordMetadata> future = send(chosen, message, (metadata, failure) -> {
            chosen.proven = failure == null;
            if (failure instanceof TimeoutException && Thread.currentThread() != sender) {
                chosen.giveUp();
            }
        });
        requireTaken(future);
        return future;
    }

    private static Future<RecordMetadata> send(
            Attempt attempt, ProducerRecord<Object, Object> message, Callback callback) {
        try {
            return attempt.producer.send(message, callback);
        } catch (ApiException e) {
            throw e; // of this record, or of this moment
        } catch (KafkaException e) {
            attempt.failed = true;
            throw e;
        }
    }

    private static void requireTaken(Future<RecordMetadata> future) {
        if (future.isDone()) {
            try {
                future.get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof KafkaException cause ? cause : new KafkaException(e.getCause());
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        }
    }

    private Attempt working() {
        Attempt attempt = current;
        return attempt.isUseless() ? renewed(attempt) : attempt;
    }

    private Attempt renewed(Attempt useless) {
        Attempt next;
        synchronized (this) {
            if (closed || useless != current || !useless.mayBeReplaced()) {
                return current;
            }
            LOG.debug("A Kafka producer that takes nothing any more is made anew");
            next = attempt();
            current = next;
        }
        useless.producer.close(Duration.ZERO); // without the lock: it waits for callbacks, which may send
        return next;
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

    /** What Kafka has not taken after some seconds fails: nobody was told that it had arrived. */
    @Override
    public void close() {
        close(LONGEST_FAREWELL);
    }

    @Override
    public void close(Duration timeout) {
        last().close(timeout);
    }

    private synchronized Producer<Object, Object> last() {
        closed = true;
        return current.producer;
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
