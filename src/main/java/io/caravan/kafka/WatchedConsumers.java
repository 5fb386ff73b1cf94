package io.caravan.kafka;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes the consumers of all routes and knows of each whether it does its work. Camel's own check asks for a connection, so
 * one that Kafka refuses for want of rights, which connects again and again, looks well to it. One that is refused, also its
 * sign-in, is made anew by Camel, and waits before it asks again: a second, then twice as long each time, 15 seconds at most.
 * Each hands out no more than so many bytes for a batch ({@link BoundedConsumer}). Producers, which come from the same place,
 * outlive their failures ({@link RenewedProducer}). All of them are made anew when the clock is put back ({@link ClockWatch}).
 * Thread-safe.
 */
public final class WatchedConsumers extends DefaultKafkaClientFactory {

    private static final int DEFAULT_BATCH_BYTES = 16_384;

    private final int batchBytes;
    private final Map<String, Object> security;
    private final LongSupplier nanoTime;
    private final ClockWatch clock;
    private final Map<String, ConsumerGroup> groups = new ConcurrentHashMap<>();
    private final Set<RenewedProducer> producers = Collections.newSetFromMap(new WeakHashMap<>());
    private final Set<WatchedConsumer> members =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    /** Held here, for the clock does not. */
    private final Runnable renewal = this::renew;

    private int largestSend = Integer.MAX_VALUE;

    /** Without TLS and SASL of its own. */
    public WatchedConsumers(int batchBytes) {
        this(batchBytes, Map.of());
    }

    /**
     * @param batchBytes what a batch of a consumer may have
     * @param security Kafka's own settings of TLS and SASL, which count more than Camel's
     */
    public WatchedConsumers(int batchBytes, Map<String, Object> security) {
        this(batchBytes, security, System::nanoTime, ClockWatch.host());
    }

    WatchedConsumers(int batchBytes, Map<String, Object> security, LongSupplier nanoTime, ClockWatch clock) {
        this.batchBytes = batchBytes;
        this.security = security;
        this.nanoTime = nanoTime;
        this.clock = clock;
        clock.tell(renewal);
    }

    private void renew() {
        List<WatchedConsumer> running;
        synchronized (members) {
            running = List.copyOf(members);
        }
        running.forEach(WatchedConsumer::outdate);
        List<RenewedProducer> sending;
        synchronized (producers) {
            sending = List.copyOf(producers);
        }
        sending.forEach(RenewedProducer::renew);
    }

    @Override
    public Consumer<Object, Object> getConsumer(Properties settings) {
        settings.putAll(security);
        ConsumerGroup group = group(settings.getProperty(ConsumerConfig.GROUP_ID_CONFIG));
        int times = clock.times();
        try {
            WatchedConsumer consumer = new WatchedConsumer(settings, batchBytes, group);
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
        group(group).onLeave(listener);
    }

    /**
     * Lets the values of a group's messages count for other than their length towards the bytes of a batch. To be asked for
     * before the consumers are made.
     */
    public void weigh(String group, ToLongFunction<byte[]> weight) {
        group(group).weigh(weight);
    }

    /** How many partitions the consumers of a group in this process have. */
    public int partitions(String group) {
        return group(group).partitions();
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

    ConsumerGroup group(String id) {
        return groups.computeIfAbsent(id, key -> new ConsumerGroup(nanoTime));
    }
}
