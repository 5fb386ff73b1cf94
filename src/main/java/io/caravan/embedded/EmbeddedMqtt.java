package io.caravan.embedded;

import io.caravan.settings.UserError;
import io.caravan.tenant.Credentials;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptor;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.ServiceRegistry;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressFullMessagePolicy;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;

/**
 * An MQTT broker (ActiveMQ Artemis) in this process, on loopback, for MQTT 3.1.1 and 5. It is open to everybody, or lets in whom
 * {@link MqttAccess} says, for topics that are his own.
 *
 * <p>A publish of QoS 1 or 2 is acknowledged after its journal record has been handed to the operating system: it survives
 * the death of this process by any signal. The files are not synced to disk, so a power failure or a crash of the operating
 * system may cost the last seconds. Durable sessions, shared subscriptions, their queued messages, retained messages and
 * wills are kept; nothing is dropped or moved aside for being old, unwanted or often redelivered. What does not fit into
 * memory waits on disk. What it counts is published on the topics below {@code $SYS/broker} where Mosquitto has it: see
 * {@link BrokerCounters}.
 *
 * <p>{@link #close} may be called from any thread, and more than once.
 */
public final class EmbeddedMqtt implements AutoCloseable {

    static final String PORT_KEY = "caravan.embedded.mqtt.port";

    private static final String ACCEPTOR = "mqtt";
    private static final int MEGABYTE = 1024 * 1024;

    /** The most that a client may send in one packet, in bytes; more ends its connection. */
    private static final int MAX_PACKET_BYTES = 32 * MEGABYTE;

    /** How long a record waits for others to be written together with it. */
    private static final int JOURNAL_WAIT_NANOS = 300_000;

    /**
     * About how many threads handle packets and deliver, at most. The broker wakes an idle one for whatever comes next, and of its usual
     * 30 one is always idle; of few, most are at work already. Twice the processors, for some wait for the journal.
     */
    static final int THREADS = Math.max(8, 2 * Runtime.getRuntime().availableProcessors());

    private final Claim claim;
    private final Gate gate;
    private final EmbeddedActiveMQ broker;
    private final BrokerCounters counters = new BrokerCounters();

    private EmbeddedMqtt(Claim claim, Gate gate, EmbeddedActiveMQ broker) {
        this.claim = claim;
        this.gate = gate;
        this.broker = broker;
    }

    /** Has packets looked at from the first connection on. */
    private static final class Broker extends EmbeddedActiveMQ {
        private final Gate gate;
        private final MqttSecurity security;

        private Broker(Gate gate, MqttSecurity security) {
            this.gate = gate;
            this.security = security;
            if (security != null) {
                setSecurityManager(security);
            }
        }

        @Override
        public void createActiveMQServer() throws Exception {
            super.createActiveMQServer();
            ServiceRegistry services = activeMQServer.getServiceRegistry();
            services.addIncomingInterceptor(gate);
            if (security != null) {
                services.addIncomingInterceptor(security.packets());
            }
            services.addIncomingInterceptor(new FewerWrites());
            services.addIncomingInterceptor(new Farewells());
        }
    }

    /**
     * Starts a broker and waits until it listens.
     *
     * @param dataDir keeps its files, in a folder {@code mqtt}
     * @param port 1 to 65535, or 0 for any free one
     * @throws UserError when the port or the folder is in use by somebody else
     */
    public static EmbeddedMqtt start(Path dataDir, int port) {
        return start(claim(dataDir, port), MqttAccess.OPEN);
    }

    /**
     * As above, for whom the access says.
     *
     * @throws UserError when the port or the folder is in use by somebody else
     */
    public static EmbeddedMqtt start(Path dataDir, int port, MqttAccess access) {
        return start(claim(dataDir, port), access);
    }

    static Claim claim(Path dataDir, int port) {
        return Claim.of("MQTT broker", dataDir, "mqtt", PORT_KEY, port);
    }

    static EmbeddedMqtt start(Claim claim, MqttAccess access) {
        MqttSecurity security = access.isOpen() ? null : new MqttSecurity(access);
        Gate gate = new Gate(access.first());
        EmbeddedMqtt mqtt = new EmbeddedMqtt(claim, gate, new Broker(gate, security));
        try {
            Configuration configuration = configuration(claim, security != null);
            configuration.registerBrokerPlugin(new PublishOrder());
            configuration.registerBrokerPlugin(mqtt.counters);
            mqtt.broker.setConfiguration(configuration);
            mqtt.broker.start();
            // start() logs a port that it cannot bind, and returns
            if (!mqtt.isListening()) {
                throw claim.portTaken(null);
            }
            mqtt.counters.start(mqtt.broker.getActiveMQServer());
            if (security != null) {
                access.users().onLoss(user -> {
                    security.packets().forget(user);
                    MqttSecurity.disconnect(mqtt.broker.getActiveMQServer(), user);
                });
            }
            return mqtt;
        } catch (Exception e) {
            throw claim.startFailed(e, mqtt);
        }
    }

    /** Lets in those whom {@link MqttAccess#first} has kept waiting, once and for good, as soon as this is true. */
    public void letInWhen(BooleanSupplier ready) {
        gate.openWhen(ready);
    }

    public int port() {
        return claim.port();
    }

    /** The address for MQTT clients, such as {@code tcp://127.0.0.1:1883}. */
    public String mqttUrl() {
        return "tcp://" + claim.address();
    }

    /** Disconnects the clients and closes the files. */
    @Override
    public void close() {
        counters.stop();
        try {
            broker.stop();
        } catch (Exception e) {
            throw new IllegalStateException("The embedded MQTT broker did not stop: " + e.getMessage(), e);
        } finally {
            claim.close();
        }
    }

    /** How many connections the broker's acceptor knows of. */
    int connections() {
        return ((NettyAcceptor) broker.getActiveMQServer().getRemotingService().getAcceptor(ACCEPTOR))
                .getConnections()
                .size();
    }

    private boolean isListening() {
        var acceptor = broker.getActiveMQServer().getRemotingService().getAcceptor(ACCEPTOR);
        return acceptor != null && acceptor.isStarted();
    }

    private static Configuration configuration(Claim claim, boolean secured) throws Exception {
        Path directory = claim.directory();
        Configuration configuration = new ConfigurationImpl()
                .setName("caravan")
                .setBindingsDirectory(directory.resolve("bindings").toString())
                .setJournalDirectory(directory.resolve("journal").toString())
                .setPagingDirectory(directory.resolve("paging").toString())
                .setLargeMessagesDirectory(directory.resolve("large-messages").toString())
                .setNodeManagerLockDirectory(directory.resolve("bindings").toString());
        journal(configuration);
        configuration
                .setThreadPoolMaxSize(THREADS)
                .setSecurityEnabled(secured)
                // what is known of users changes under the broker's hands, and is in memory anyway
                .setAuthenticationCacheSize(0)
                .setAuthorizationCacheSize(0)
                // a user of the broker's own whose password is known to the world otherwise
                .setClusterPassword(new Credentials(null).fresh().password())
                .setJMXManagementEnabled(false)
                .setCriticalAnalyzer(false)
                .setGlobalMaxSize(256L * MEGABYTE)
                .setPageSyncTimeout(0)
                // by default publishers hang without a word when a disk is 90 % full, whatever remains
                .setMaxDiskUsage(-1)
                .setMinDiskFree(256L * MEGABYTE)
                .addAcceptorConfiguration(acceptor(claim, secured))
                .addAddressSetting("#", addresses());
        return configuration;
    }

    /**
     * "Sync" makes an acknowledgement wait until its record has left this process; "datasync" would make it wait for the
     * disk as well.
     */
    private static void journal(Configuration configuration) {
        configuration
                .setPersistenceEnabled(true)
                .setJournalType(JournalType.MAPPED)
                .setJournalSyncTransactional(true)
                .setJournalSyncNonTransactional(true)
                .setJournalDatasync(false)
                .setJournalFileSize(32 * MEGABYTE)
                .setJournalMinFiles(2)
                .setJournalPoolFiles(8)
                .setJournalCompactMinFiles(20)
                .setJournalBufferSize_NIO(4 * MEGABYTE)
                .setJournalBufferTimeout_NIO(JOURNAL_WAIT_NANOS);
    }

    /** Rules for packets read topics, so these must not hide behind numbers. */
    private static TransportConfiguration acceptor(Claim claim, boolean secured) {
        Map<String, Object> mqtt = secured
                ? Map.of("maximumPacketSize", MAX_PACKET_BYTES, "topicAliasMaximum", 0)
                : Map.of("maximumPacketSize", MAX_PACKET_BYTES);
        return new TransportConfiguration(
                NettyAcceptorFactory.class.getName(),
                Map.of("host", Claim.HOST, "port", claim.port(), "protocols", "MQTT"),
                ACCEPTOR,
                mqtt);
    }

    private static AddressSettings addresses() {
        return new AddressSettings()
                .setAddressFullMessagePolicy(AddressFullMessagePolicy.PAGE)
                .setPageSizeBytes(4 * MEGABYTE)
                .setMaxDeliveryAttempts(-1)
                .setRedeliveryDelay(0)
                .setEnableMetrics(false);
    }
}
