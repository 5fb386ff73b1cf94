package io.caravan;

import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Ordered;
import org.apache.camel.StartupListener;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.EventNotifier;
import org.apache.camel.spi.ManagementStrategy;

/**
 * Has Camel make no event for every step of every message, and ask nobody at every step whether he listens: nobody does. As
 * soon as one listener does not say that it ignores them, all of them are made; and each of Camel's HTTP servers adds, for every
 * route that starts, one more listener that only logs a summary: some 300 of them were asked at every step.
 */
final class QuietEvents extends MainListenerSupport {

    private static final String HTTP_SUMMARY = "org.apache.camel.component.platform.http.main.MainHttpServerUtil$";

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
        try {
            context.addStartupListener(new AfterEachRoute());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Called whenever routes have started, after those who add their listeners then. */
    private static final class AfterEachRoute implements StartupListener, Ordered {

        @Override
        public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {
            ManagementStrategy strategy = context.getManagementStrategy();
            for (EventNotifier notifier : List.copyOf(strategy.getEventNotifiers())) {
                if (notifier.getClass().getName().startsWith(HTTP_SUMMARY)) {
                    strategy.removeEventNotifier(notifier);
                }
            }
        }

        @Override
        public int getOrder() {
            return LOWEST;
        }
    }
}
