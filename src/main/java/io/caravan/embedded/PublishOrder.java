package io.caravan.embedded;

import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.core.persistence.impl.journal.OperationContextImpl;
import org.apache.activemq.artemis.core.server.ServerSession;
import org.apache.activemq.artemis.core.server.plugin.ActiveMQServerMessagePlugin;
import org.apache.activemq.artemis.core.transaction.Transaction;

/**
 * Keeps what one client publishes in order. Artemis 2.55 routes each message when the journal records that its <em>thread</em>
 * waits for are written; the packets of a client come on any thread of a pool, so that one on a thread that waits for nothing
 * overtakes one that waits, such as the first of its topic. Here they wait for the records of their session. Stateless.
 */
final class PublishOrder implements ActiveMQServerMessagePlugin {

    @Override
    public void beforeSend(
            ServerSession session,
            Transaction transaction,
            Message message,
            boolean direct,
            boolean noAutoCreateQueue) {
        OperationContextImpl.setContext(session.getSessionContext());
    }
}
