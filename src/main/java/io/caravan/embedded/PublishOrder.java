package io.caravan.embedded;

import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.persistence.impl.journal.OperationContextImpl;
import org.apache.activemq.artemis.core.server.ActiveMQServer;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.ServerConsumer;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerSessionPlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;

/**
 * Keeps what one client publishes in order, on its way into the broker and out of it. Artemis 2.55 routes a message, and writes
 * one to a subscriber, when the journal records that its <em>thread</em> waits for are written; the packets of a client, and
 * the messages of a queue, come on any thread of a pool, so that one on a thread that waits for nothing overtakes one that
 * waits. Here each waits for the records of its own session, and so does a CONNACK, which messages kept for the session would
 * overtake otherwise. Thread-safe.
 */
final class PublishOrder implements ActiveMQServerSessionPlugin, ActiveMQServerMessagePlugin {

    private volatile ActiveMQServer server;

    @Override
    public void registered(ActiveMQServer broker) {
        server = broker;
    }

    @Override
    public void afterCreateSession(ServerSession session) {
        OperationContextImpl.setContext(session.getSessionContext());
    }

    @Override
    public void beforeSend(
            ServerSession session,
            Transaction transaction,
            Message message,
            boolean direct,
            boolean noAutoCreateQueue) {
        OperationContextImpl.setContext(session.getSessionContext());
    }

    @Override
    public void beforeDeliver(ServerConsumer consumer, MessageReference reference) {
        ServerSession subscriber = server.getSessionByID(consumer.getSessionID());
        if (subscriber != null) {
            OperationContextImpl.setContext(subscriber.getSessionContext());
        }
    }

    /** What the thread does next, such as taking acknowledgements, is nothing for the subscriber's messages to wait for. */
    @Override
    public void afterDeliver(ServerConsumer consumer, MessageReference reference) {
        OperationContextImpl.clearContext();
    }
}
