package io.caravan.metrics;

import io.caravan.settings.Stage;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.api.management.mbean.ManagedRouteMBean;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * What Camel counts of each route, as metrics: {@code caravan.route.exchanges}, {@code caravan.route.failed} and {@code
 * caravan.route.mean} (milliseconds), by route and stage. Camel's own numbers are read when somebody asks, so that a message pays nothing for
 * them. Bound to the registry it takes in every route as it is added. Thread-safe.
 */
public final class RouteMeters extends LifecycleStrategySupport {

    private final MeterRegistry meters;
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    public RouteMeters(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void onRoutesAdd(java.util.Collection<Route> routes) {
        routes.forEach(route -> add(route.getCamelContext(), route.getRouteId(), Stage.labelOf(route)));
    }

    private void add(CamelContext context, String route, String stage) {
        if (!known.add(route)) {
            return;
        }
        FunctionCounter.builder("caravan.route.exchanges", context, read(route, ManagedRouteMBean::getExchangesTotal))
                .description("Exchanges that a route has finished; a batch is one exchange")
                .tag("stage", stage)
                .tag("route", route)
                .register(meters);
        FunctionCounter.builder("caravan.route.failed", context, read(route, ManagedRouteMBean::getExchangesFailed))
                .description("Exchanges that a route could not finish")
                .tag("stage", stage)
                .tag("route", route)
                .register(meters);
        Gauge.builder("caravan.route.mean", context, read(route, ManagedRouteMBean::getMeanProcessingTime))
                .description("Mean time of an exchange in a route")
                .baseUnit("milliseconds")
                .tag("stage", stage)
                .tag("route", route)
                .register(meters);
    }

    private interface Reader {
        long read(ManagedRouteMBean route) throws Exception;
    }

    private static ToDoubleFunction<CamelContext> read(String route, Reader reader) {
        return context -> {
            ManagedCamelContext managed =
                    context.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class);
            ManagedRouteMBean bean = managed == null ? null : managed.getManagedRoute(route);
            try {
                return bean == null ? 0 : reader.read(bean);
            } catch (Exception e) {
                return Double.NaN;
            }
        };
    }
}
