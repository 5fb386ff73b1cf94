package io.caravan;

import org.apache.camel.CamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.EventNotifier;

/**
 * Has Camel make no event for every step of every message: nobody listens to those, and as soon as one listener does not
 * say that it ignores them, all of them are made.
 */
final class QuietEvents extends MainListenerSupport {

    @Override
    public void beforeStart(BaseMainSupport main) {
        // nothing is known yet
    }

    @Override
    public void afterConfigure(BaseMainSupport main) {
        quieten(main.getCamelContext());
    }

    static void quieten(CamelContext context) {
        for (EventNotifier notifier : context.getManagementStrategy().getEventNotifiers()) {
            notifier.setIgnoreExchangeEvents(true);
        }
    }
}
