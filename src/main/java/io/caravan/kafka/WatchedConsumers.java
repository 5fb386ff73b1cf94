package io.caravan.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Makes the consumers of all routes and knows of each whether it does its work. Camel's own check asks for a connection, so
 * one that Kafka refuses for want of rights, which connects again and again, looks well to it. One that is refused, also its
 * sign-in, is made anew by Camel, and waits before it asks again: a second, then twice as long each time, 15 seconds at most.
 * Each hands out no more than so many bytes for a batch ({@link BoundedConsumer}). Producers, which come from the same place,
 * outlive their failures ({@link RenewedProducer}). All of them are made anew when the clock is put back ({@link ClockWatch}).
 * Thread-safe.
 */
public final class WatchedConsumers extends DefaultKafkaClientFactory {

    /** One that fails is made anew at once and looks well until it fails again. */
    private static final Duration DOUBT = Duration.ofSeconds(5);

    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);

    private final int batchBytes;
    private final Map<String, String> security;
    private final LongSupplier nanoTime;
    private final ClockWatch clock;
    private static final int DEFAULT_BATCH_BYTES = 16_384;

    private final Set<RenewedProducer> producers = Collections.newSetFromMap(new WeakHashMap<>());
    private final Set<Watched> members = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    /** Held here, for the clock does not. */
    private final Runnable renewal = this::renew;

    private int largestSend = Integer.MAX_VALUE;
    private final Map<String, Group> groups = new ConcurrentHashMap<>();

    /** Without TLS and SASL of its own. */
    public WatchedConsumers(int batchBytes) {
        this(batchBytes, Map.of());
    }

    /**
     * @param batchBytes what a batch of a consumer may have
     * @param security Kafka's own settings of TLS and SASL, which count more than Camel's
     */
    public WatchedConsumers(int batchBytes, Map<String, String> security) {
        this(batchBytes, security, System::nanoTime, ClockWatch.host());
    }

    WatchedConsumers(int batchBytes, Map<String, String> security, LongSupplier nanoTime, ClockWatch clock) {
        this.batchBytes = batchBytes;
        this.security = security;
        this.nanoTime = nanoTime;
        this.clock = clock;
        clock.tell(renewal);
    }

    private void renew() {
        List<Watched> running;
        synchronized (members) {
            running = List.copyOf(members);
        }
        running.forEach(Watched::outdate);
        List<RenewedProducer> sending;
        synchronized (producers) {
            sending = List.copyOf(producers);
        }
        sending.forEach(RenewedProducer::renew);
    }

    @Override
    public Consumer<Object, Object> getConsumer(Properties settings) {
        settings.putAll(security);
        Group group = group(settings.getProperty(ConsumerConfig.GROUP_ID_CONFIG));
        int times = clock.times();
        try {
            Watched consumer = new Watched(settings, batchBytes, group);
            members.add(consumer);
            if (clock.times() != times) {
                consumer.outdate(); // the clock was put back before it was a member
            }
            return consumer;
        } catch (KafkaException e) {
            group.failed(e);
            throw e;
        }
    }

    /**
     * In one line, why the consumers of a group in this process do not all work.
     *
     * @param expected how many there should be
     * @return empty where all do
     */
    public Optional<String> fault(String group, int expected) {
        return group(group).fault(expected);
    }

    /**
     * Tells a stage with a memory which partitions its group has taken away from a consumer of this process, on that consumer's
     * thread and before anybody else reads on. To be asked for before the consumers are made.
     */
    public void onLeave(String group, java.util.function.Consumer<Collection<TopicPartition>> listener) {
        group(group).left = listener;
    }

    /**
     * Lets the values of a group's messages count for other than their length towards the bytes of a batch. To be asked for
     * before the consumers are made.
     */
    public void weigh(String group, ToLongFunction<byte[]> weight) {
        group(group).weight = weight;
    }

    /** How many partitions the consumers of a group in this process have. */
    public int partitions(String group) {
        return group(group).open.stream().mapToInt(Poller::partitions).sum();
    }

    @Override
    public Producer<Object, Object> getProducer(Properties settings) {
        settings.putAll(security);
        int batch = Integer.parseInt(settings.getOrDefault(ProducerConfig.BATCH_SIZE_CONFIG, DEFAULT_BATCH_BYTES)
                .toString());
        synchronized (producers) {
            RenewedProducer producer =
                    new RenewedProducer(bytes -> producer(settings, bytes), batch, largestSend, nanoTime);
            producers.add(producer);
            return producer;
        }
    }

    private static Producer<Object, Object> producer(Properties settings, int batchBytes) {
        Properties limited = new Properties();
        limited.putAll(settings);
        limited.put(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(batchBytes));
        return new KafkaProducer<>(limited);
    }

    /**
     * Says how many bytes every topic takes at once. Kafka's client would send a batch of several records that is larger
     * again and again, for it splits batches by its own limit and not by the topic's (KAFKA-8350).
     */
    public void limitSends(int bytes) {
        synchronized (producers) {
            largestSend = bytes;
            producers.forEach(producer -> producer.limit(bytes));
        }
    }

    Group group(String id) {
        return groups.computeIfAbsent(id, key -> new Group());
    }

    /** The consumers of one group in this process. */
    final class Group {

        private final Set<Poller> open = ConcurrentHashMap.newKeySet();
        private volatile Failure failure;
        private Duration wait = FIRST_WAIT;
        private long retryAt = nanoTime.getAsLong();
        private volatile java.util.function.Consumer<Collection<TopicPartition>> left = partitions -> {};
        private volatile ToLongFunction<byte[]> weight = value -> value.length;

        Poller opened() {
            Poller poller = new Poller(nanoTime);
            open.add(poller);
            return poller;
        }

        void closed(Poller poller) {
            open.remove(poller);
        }

        void failed(KafkaException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            failure = new Failure(String.valueOf(cause.getMessage()), nanoTime.getAsLong());
            backOff();
        }

        /** The consumers of a group fail together, and wait together. */
        private synchronized void backOff() {
            long now = nanoTime.getAsLong();
            if (now - retryAt >= 0) {
                retryAt = now + wait.toNanos();
                Duration doubled = wait.multipliedBy(2);
                wait = doubled.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : doubled;
            }
        }

        synchronized void joined() {
            wait = FIRST_WAIT;
        }

        /** How long a consumer is to wait before it asks Kafka, zero as a rule. */
        synchronized Duration rest() {
            long nanos = retryAt - nanoTime.getAsLong();
            return nanos > 0 ? Duration.ofNanos(nanos) : Duration.ZERO;
        }

        private Optional<String> fault(int expected) {
            List<String> faults = open.stream()
                    .flatMap(poller -> poller.fault().stream())
                    .sorted()
                    .toList();
            int working = open.size() - faults.size();
            Failure last = failure;
            boolean doubtful = last != null && nanoTime.getAsLong() - last.at() < DOUBT.toNanos();
            if (working >= expected && !doubtful) {
                failure = null;
                return Optional.empty();
            }
            String why = last != null ? last.message() : faults.isEmpty() ? "not running" : faults.get(0);
            return Optional.of(
                    Math.max(1, expected - working) + " of " + expected + " Kafka consumers cannot work: " + why);
        }
    }

    private record Failure(String message, long at) {}

    /** A consumer that tells what it does. */
    private static final class Watched extends BoundedConsumer {

        private final Group group;
        private final Poller poller;
        private volatile boolean outdated;

        Watched(Properties settings, int batchBytes, Group group) {
            super(settings, batchBytes, group.weight);
            this.group = group;
            this.poller = group.opened();
        }

        /** It goes by a time that the clock has left: it answers no more, and Camel makes another. */
        void outdate() {
            outdated = true;
            wakeup(); // it may wait for a long time by now
        }

        private void requireCurrent() {
            if (outdated) {
                throw new KafkaException("the clock was put back");
            }
        }

        @Override
        public ConsumerRecords<Object, Object> poll(Duration timeout) {
            requireCurrent();
            Duration rest = poller.hasJoined() ? Duration.ZERO : group.rest();
            if (!rest.isZero()) {
                return nothingWithin(rest.compareTo(timeout) < 0 ? rest : timeout);
            }
            try {
                ConsumerRecords<Object, Object> records = super.poll(timeout);
                poller.polled(assignment().size());
                return records;
            } catch (WakeupException e) {
                requireCurrent();
                throw e; // it is being stopped
            } catch (AuthenticationException e) {
                group.failed(e);
                throw new KafkaException(
                        e.getMessage(), e); // Camel takes it for good as it is: it would never come back
            } catch (KafkaException e) {
                group.failed(e);
                throw e;
            }
        }

        /** Comes back to Camel in time, so that the route can be stopped meanwhile. */
        private static ConsumerRecords<Object, Object> nothingWithin(Duration time) {
            try {
                TimeUnit.NANOSECONDS.sleep(time.toNanos());
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
            return ConsumerRecords.empty();
        }

        @Override
        public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
            super.subscribe(topics, new Rebalances(group, poller, listener));
        }

        @Override
        public void subscribe(Pattern pattern, ConsumerRebalanceListener listener) {
            super.subscribe(pattern, new Rebalances(group, poller, listener));
        }

        @Override
        public void close() {
            group.closed(poller);
            super.close();
        }

        @Override
        public void close(Duration timeout) {
            group.closed(poller);
            super.close(timeout);
        }
    }

    private record Rebalances(Group group, Poller poller, ConsumerRebalanceListener listener)
            implements ConsumerRebalanceListener {

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            poller.assigned();
            group.joined();
            listener.onPartitionsAssigned(partitions);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            poller.revoked();
            group.left.accept(partitions);
            listener.onPartitionsRevoked(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            poller.revoked();
            group.left.accept(partitions);
            listener.onPartitionsLost(partitions);
        }
    }
}
