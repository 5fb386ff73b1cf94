package io.caravan.embedded;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.core.message.impl.CoreMessage;
import org.apache.activemq.artemis.core.postoffice.QueueBinding;
import org.apache.activemq.artemis.core.postoffice.RoutingStatus;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.core.server.ServerConsumer;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.impl.AckReason;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what the broker was given, holds, and has thrown away without handing it to its subscriber, and publishes the
 * numbers every {@value #PERIOD_SECONDS} seconds on the topics where Mosquitto has them. They begin at 0 with the broker.
 * Thread-safe.
 */
final class BrokerCounters implements ActiveMQServerMessagePlugin {

    static final String RECEIVED = "$SYS/broker/publish/messages/received";
    static final String DROPPED = "$SYS/broker/publish/messages/dropped";
    static final String STORED = "$SYS/broker/store/messages/count";

    private static final Logger LOG = LoggerFactory.getLogger(BrokerCounters.class);
    private static final long PERIOD_SECONDS = 2;

    private final LongAdder received = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private ScheduledFuture<?> publishing;

    void start(ActiveMQServer broker) {
        publishing = broker.getScheduledPool()
                .scheduleWithFixedDelay(() -> publish(broker), PERIOD_SECONDS, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    void stop() {
        if (publishing != null) {
            publishing.cancel(false);
        }
    }

    @Override
    public void afterSend(
            ServerSession session,
            Transaction transaction,
            Message message,
            boolean direct,
            boolean noAutoCreateQueue,
            RoutingStatus result) {
        received.increment();
    }

    /** A message that a subscriber has acknowledged leaves for the reason NORMAL; one that expires, or whose queue goes, does not. */
    @Override
    public void messageAcknowledged(
            Transaction transaction, MessageReference reference, AckReason reason, ServerConsumer consumer) {
        if (reason == AckReason.EXPIRED || reason == AckReason.KILLED) {
            dropped.increment();
        }
    }

    private void publish(ActiveMQServer broker) {
        try {
            publish(broker, RECEIVED, received.sum());
            publish(broker, DROPPED, dropped.sum());
            publish(broker, STORED, stored(broker));
        } catch (Exception e) {
            LOG.debug("Cannot publish the broker's counters", e); // it is about to stop
        }
    }

    private static long stored(ActiveMQServer broker) {
        return broker.getPostOffice()
                .getAllBindings()
                .filter(QueueBinding.class::isInstance)
                .map(binding -> ((QueueBinding) binding).getQueue())
                .filter(queue -> !isOfTheBroker(queue))
                .mapToLong(Queue::getMessageCount)
                .sum();
    }

    /** Retained messages, sessions, and these counters. */
    private static boolean isOfTheBroker(Queue queue) {
        return queue.getAddress().toString().startsWith("$");
    }

    private static void publish(ActiveMQServer broker, String topic, long count) throws Exception {
        byte[] text = Long.toString(count).getBytes(StandardCharsets.US_ASCII);
        CoreMessage message = new CoreMessage(broker.getStorageManager().generateID(), text.length + 200);
        message.setAddress(SimpleString.of(topic.replace('/', '.')));
        message.setType(Message.BYTES_TYPE);
        message.setDurable(false);
        message.getBodyBuffer().writeBytes(text);
        broker.getPostOffice().route(message, false);
    }
}
