package io.caravan.embedded;

import io.caravan.settings.UserError;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A Kafka broker in this process, its own controller (KRaft), on loopback. Topics are not created by using them. A record
 * acknowledged with {@code acks=all} survives the death of this process by any signal; the files are not synced to disk, as
 * is usual for Kafka, so a power failure may cost the last seconds. Records may have up to 8 MB.
 *
 * <p>{@link #close} may be called from any thread, and more than once.
 */
public final class EmbeddedKafka implements AutoCloseable {

    static final String PORT_KEY = "caravan.embedded.kafka.port";

    private static final int NODE = 1;
    private static final int MAX_RECORD_BYTES = 8 * 1024 * 1024;

    private final Claim claim;
    private final KafkaRaftServer server;

    private EmbeddedKafka(Claim claim, KafkaRaftServer server) {
        this.claim = claim;
        this.server = server;
    }

    /**
     * Starts a broker and waits until it serves. After a kill that is some seconds later than otherwise: the session of the
     * killed one has to expire.
     *
     * @param dataDir keeps its files, in a folder {@code kafka}
     * @param port 1 to 65535, or 0 for any free one
     * @throws UserError when the port or the folder is in use by somebody else
     */
    public static EmbeddedKafka start(Path dataDir, int port) {
        return start(claim(dataDir, port));
    }

    static Claim claim(Path dataDir, int port) {
        return Claim.of("Kafka broker", dataDir, "kafka", PORT_KEY, port);
    }

    static EmbeddedKafka start(Claim claim) {
        return start(claim, Map.of());
    }

    /** @param overrides settings of the broker that count more than those of here */
    static EmbeddedKafka start(Claim claim, Map<String, String> overrides) {
        EmbeddedKafka kafka = null;
        try {
            format(claim.directory());
            Map<String, String> values = configuration(claim);
            values.putAll(overrides);
            KafkaConfig config = new KafkaConfig(values, false);
            kafka = new EmbeddedKafka(claim, new KafkaRaftServer(config, Time.SYSTEM));
            kafka.server.startup();
            return kafka;
        } catch (Exception e) {
            throw claim.startFailed(e, kafka == null ? claim : kafka);
        }
    }

    public int port() {
        return claim.port();
    }

    /** The address for Kafka clients, such as {@code 127.0.0.1:19092}. */
    public String kafkaBrokers() {
        return claim.address();
    }

    /** Ends the broker in order, so that the next start has nothing to recover. */
    @Override
    public void close() {
        try {
            server.shutdown();
            server.awaitShutdown();
        } finally {
            claim.close();
        }
    }

    private static void format(Path directory) throws Exception {
        if (Files.exists(directory.resolve("meta.properties"))) {
            return;
        }
        Files.createDirectories(directory);
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(nowhere)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(NODE)
                    .setControllerListenerName("CONTROLLER")
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .addDirectory(directory.toString())
                    .setMetadataLogDirectory(directory.toString())
                    .run();
        }
    }

    private static Map<String, String> configuration(Claim claim) {
        String controller = Claim.HOST + ":" + Claim.freePort();
        Map<String, String> values = new HashMap<>();
        values.put("process.roles", "broker,controller");
        values.put("node.id", Integer.toString(NODE));
        values.put("log.dirs", claim.directory().toString());
        values.put("listeners", "PLAINTEXT://" + claim.address() + ",CONTROLLER://" + controller);
        values.put("advertised.listeners", "PLAINTEXT://" + claim.address());
        values.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        values.put("inter.broker.listener.name", "PLAINTEXT");
        values.put("controller.listener.names", "CONTROLLER");
        values.put("controller.quorum.voters", NODE + "@" + controller);

        values.put("auto.create.topics.enable", "false");
        values.put("message.max.bytes", Integer.toString(MAX_RECORD_BYTES));
        values.put("replica.fetch.max.bytes", Integer.toString(MAX_RECORD_BYTES));

        // one broker: no copies of anything
        values.put("default.replication.factor", "1");
        values.put("offsets.topic.replication.factor", "1");
        values.put("offsets.topic.num.partitions", "4");
        values.put("transaction.state.log.replication.factor", "1");
        values.put("transaction.state.log.min.isr", "1");
        values.put("transaction.state.log.num.partitions", "4");
        values.put("auto.leader.rebalance.enable", "false");

        // a start after a kill waits for the end of the killed broker's session
        values.put("broker.session.timeout.ms", "3000");
        values.put("broker.heartbeat.interval.ms", "500");
        values.put("group.initial.rebalance.delay.ms", "0");

        // a small machine, shared with everything else
        values.put("num.network.threads", "2");
        values.put("num.io.threads", "4");
        values.put("background.threads", "2");
        values.put("log.cleaner.dedupe.buffer.size", Integer.toString(8 * 1024 * 1024));
        values.put("num.recovery.threads.per.data.dir", "4");
        return values;
    }
}
