package io.caravan.kafka;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/** Creates topics that are missing, and looks at what those take that exist, which are left as they are. Thread-safe. */
public final class Topics {

    private static final long ANSWER_SECONDS = 10;

    private final Admin admin;
    private final int partitions;
    private final short replication;
    private final int maxRecordBytes;

    /** @param maxRecordBytes the largest record that a new topic takes; headers and framing come on top */
    public Topics(Admin admin, int partitions, int replication, int maxRecordBytes) {
        this.admin = admin;
        this.partitions = partitions;
        this.replication = (short) replication;
        this.maxRecordBytes = maxRecordBytes;
    }

    /**
     * Creates those of the topics that are missing.
     *
     * @return the names of the created
     * @throws ExecutionException when Kafka refuses to tell which are there
     * @throws TopicsRefused when Kafka refuses some of them; the others are there
     * @throws TimeoutException when Kafka does not answer within ten seconds
     */
    public List<String> ensure(Collection<String> names)
            throws ExecutionException, TopicsRefused, TimeoutException, InterruptedException {
        return create(missing(names));
    }

    /**
     * Which of the topics are not there.
     *
     * @throws ExecutionException when Kafka refuses
     * @throws TimeoutException when Kafka does not answer within ten seconds
     */
    public Set<String> missing(Collection<String> names)
            throws ExecutionException, TimeoutException, InterruptedException {
        Set<String> missing = new LinkedHashSet<>(names);
        missing.removeAll(admin.listTopics().names().get(ANSWER_SECONDS, TimeUnit.SECONDS));
        return missing;
    }

    /**
     * Creates topics. What they acknowledge two replicas have, where there are two; and no record makes room for a newer one of its
     * key. The time of a record stays its producer's (CreateTime, Kafka's default): windows and replays reckon with when it was written.
     *
     * @return the names of those that were not there yet
     * @throws TopicsRefused when Kafka refuses some of them; the others are there
     * @throws TimeoutException when Kafka does not answer within ten seconds
     */
    public List<String> create(Collection<String> names) throws TopicsRefused, TimeoutException, InterruptedException {
        List<NewTopic> wanted = names.stream()
                .map(name -> new NewTopic(name, partitions, replication).configs(configuration()))
                .toList();
        List<String> created = new ArrayList<>();
        Map<String, String> refused = new TreeMap<>();
        for (var result : admin.createTopics(wanted).values().entrySet()) {
            try {
                result.getValue().get(ANSWER_SECONDS, TimeUnit.SECONDS);
                created.add(result.getKey());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    refused.put(result.getKey(), e.getCause().getMessage());
                }
            }
        }
        if (!refused.isEmpty()) {
            throw new TopicsRefused(refused);
        }
        return created;
    }

    Map<String, String> configuration() {
        return Map.of(
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                Integer.toString(maxRecordBytes + 65_536),
                TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                Integer.toString(Math.min(2, replication)),
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_DELETE);
    }

    /**
     * What Kafka says of topics, by name.
     *
     * @throws ExecutionException when Kafka refuses, for one of them is not there, or for want of the right to ask
     * @throws TimeoutException when Kafka does not answer within ten seconds
     */
    public static Map<String, Config> settings(Admin admin, Collection<String> names)
            throws ExecutionException, TimeoutException, InterruptedException {
        List<ConfigResource> topics = names.stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList();
        Map<String, Config> settings = new TreeMap<>();
        admin.describeConfigs(topics)
                .all()
                .get(ANSWER_SECONDS, TimeUnit.SECONDS)
                .forEach((topic, config) -> settings.put(topic.name(), config));
        return settings;
    }

    /** How many bytes every one of the topics takes at once, of one record or of a batch of them. */
    public static int smallestLimit(Map<String, Config> settings) {
        return settings.values().stream()
                .mapToInt(topic -> Integer.parseInt(
                        topic.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value()))
                .min()
                .orElse(Integer.MAX_VALUE);
    }

    /** The names of those in which a record makes room for a newer one of its key, read or not. */
    public static List<String> compacted(Map<String, Config> settings) {
        return settings.entrySet().stream()
                .filter(topic -> topic.getValue()
                        .get(TopicConfig.CLEANUP_POLICY_CONFIG)
                        .value()
                        .contains(TopicConfig.CLEANUP_POLICY_COMPACT))
                .map(Map.Entry::getKey)
                .toList();
    }
}
