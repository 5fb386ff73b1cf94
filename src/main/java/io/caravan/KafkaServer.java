package io.caravan;

import io.caravan.health.Status;
import io.caravan.kafka.ClockWatch;
import io.caravan.kafka.ConsumerLag;
import io.caravan.kafka.KafkaAccess;
import io.caravan.kafka.Topics;
import io.caravan.kafka.TopicsRefused;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.DeviceType;
import io.caravan.settings.Settings;
import io.caravan.settings.UserError;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The Kafka that the stages work with: the topics of the settings ({@code caravan.topic.*}) and of the registry are created
 * as soon as it answers, those of new device types within a second or so and those that somebody has deleted within twenty, the lag of the stages is measured every five
 * seconds, and what the topics take at once, and whether they keep all, is looked at every ten. Thread-safe.
 */
final class KafkaServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaServer.class);
    private static final int ANSWER_MILLIS = 5_000;
    private static final Duration TOPICS = Duration.ofSeconds(1);
    private static final Duration LAG = Duration.ofSeconds(5);
    private static final Duration DELETED = Duration.ofSeconds(10);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final String TOPIC_KEY = "caravan.topic.";

    private final Settings settings;
    private final KafkaAccess kafka;
    private final DeviceRegistry deviceRegistry;
    private final IntConsumer limits;
    private final Keeper keeper = new Keeper("kafka-keeper", 3);
    private final int partitions;
    private final int replication;
    private final int maxRecordBytes;
    private volatile boolean topicsReady;
    private long registryVersion;
    private long ensuredAt;
    private Set<String> missed = Set.of();
    private volatile List<String> compacted = List.of();
    private final Map<String, String> refusals = new HashMap<>();
    private final ConsumerLag lag;
    private Admin admin;
    private int clockSetBack;
    private boolean closed;

    /**
     * @param limits hears how many bytes every topic takes at once
     * @throws UserError when a setting is not valid
     */
    KafkaServer(
            Settings settings,
            KafkaAccess kafka,
            DeviceRegistry deviceRegistry,
            MeterRegistry meters,
            IntConsumer limits) {
        this.settings = settings;
        this.kafka = kafka;
        this.deviceRegistry = deviceRegistry;
        this.lag = new ConsumerLag(this::admin, meters);
        this.limits = limits;
        this.partitions = settings.number("caravan.kafka.partitions", 1, 10_000);
        this.replication = settings.number("caravan.kafka.replication", 1, 100);
        this.maxRecordBytes = KafkaSizes.of(settings).record();
    }

    /**
     * Starts to keep the topics and to measure the lag.
     *
     * @return ends with the first attempt to create the topics
     */
    Future<?> start() {
        keeper.every(LAG, lag::measure, e -> LOG.debug("Cannot read the lag", e));
        keeper.every(LIMIT, this::readSettings, e -> LOG.debug("Cannot see how the topics are set", e));
        return keeper.every(TOPICS, this::ensureTopics, this::tell);
    }

    /** A topic that is refused is told once, and again when the reason is another one. */
    private void tell(Exception failure) {
        if (failure instanceof TopicsRefused refused) {
            refused.reasons().forEach((topic, reason) -> {
                if (!reason.equals(refusals.put(topic, reason))) {
                    LOG.warn("Kafka does not create the topic {} ({}), trying again", topic, reason);
                }
            });
            refusals.keySet().retainAll(refused.reasons().keySet());
            return;
        }
        LOG.atLevel(topicsReady ? Level.DEBUG : Level.WARN)
                .log(
                        "Kafka at {}: cannot create topics ({}), trying again",
                        settings.text("caravan.kafka.brokers"),
                        Servers.reason(failure));
    }

    /** Whether it answers and has the topics. */
    Status check() throws Exception {
        int nodes = admin().describeCluster()
                .nodes()
                .get(ANSWER_MILLIS, TimeUnit.MILLISECONDS)
                .size();
        return new Status(topicsReady, topicsReady ? nodes + " broker(s)" + warning() : "the topics are not there yet");
    }

    private String warning() {
        List<String> found = compacted;
        return found.isEmpty() ? "" : ", which lose records: cleanup.policy of " + found + " is compact";
    }

    /**
     * What asks Kafka itself, made when it is needed first, and anew when the clock was put back.
     *
     * @throws org.apache.kafka.common.KafkaException while no name of a broker can be resolved
     */
    synchronized Admin admin() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        int now = ClockWatch.host().times();
        if (admin != null && clockSetBack != now) {
            admin.close(Duration.ZERO);
            admin = null;
        }
        clockSetBack = now;
        if (admin == null) {
            admin = Admin.create(kafka.with(Map.of(
                    AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                    2 * ANSWER_MILLIS,
                    AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                    ANSWER_MILLIS)));
        }
        return admin;
    }

    private void readSettings() throws Exception {
        Map<String, Config> topics = Topics.settings(admin(), names());
        limits.accept(Topics.smallestLimit(topics));
        List<String> found = Topics.compacted(topics);
        if (!found.isEmpty() && !found.equals(compacted)) {
            LOG.warn(
                    "Kafka: cleanup.policy of {} is compact: what a device has sent is lost as soon as it sends again,"
                            + " read or not. Set it to delete",
                    found);
        }
        compacted = found;
    }

    private void ensureTopics() throws Exception {
        long version = deviceRegistry.version();
        boolean wereThere = topicsReady && version == registryVersion;
        if (wereThere && System.nanoTime() - ensuredAt < DELETED.toNanos()) {
            return;
        }
        Topics topics = new Topics(admin(), partitions, replication, maxRecordBytes);
        Set<String> missing = topics.missing(names());
        if (wereThere) {
            create(topics, missing);
        } else {
            var created = topics.create(missing);
            if (!created.isEmpty()) {
                LOG.info("Kafka: created the topics {}", created);
            }
        }
        refusals.clear();
        registryVersion = version;
        ensuredAt = System.nanoTime();
        topicsReady = true;
    }

    /**
     * Makes topics anew that were deleted before the last look as well: who deleted one may be about to make it, and its consumers
     * have to see that it is gone, to read the new one from its beginning.
     */
    private void create(Topics topics, Set<String> missing) throws Exception {
        Set<String> gone = new LinkedHashSet<>(missing);
        gone.retainAll(missed);
        missing.removeAll(gone);
        missed = missing;
        if (!gone.isEmpty()) {
            LOG.warn(
                    "Kafka: somebody has deleted {}; made anew {}, with {} partitions and replication {}",
                    gone,
                    topics.create(gone),
                    partitions,
                    replication);
        }
    }

    private Set<String> names() {
        Set<String> names = settings.asMap().keySet().stream()
                .filter(key -> key.startsWith(TOPIC_KEY))
                .map(settings::text)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        names.add(deviceRegistry.types().unknown().topic());
        deviceRegistry.types().all().stream().map(DeviceType::topic).forEach(names::add);
        return names;
    }

    @Override
    public void close() {
        keeper.close();
        synchronized (this) {
            closed = true;
            if (admin != null) {
                admin.close(Duration.ofSeconds(1));
            }
        }
    }
}
