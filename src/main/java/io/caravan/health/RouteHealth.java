package io.caravan.health;

import io.caravan.kafka.WatchedConsumers;
import io.caravan.settings.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.api.management.ManagedCamelContext;
import org.apache.camel.api.management.mbean.ManagedRouteMBean;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.component.kafka.KafkaEndpoint;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Endpoint;
import org.apache.camel.spi.SupervisingRouteController;

/**
 * Whether the routes of a stage run: each that does not is named, with the reason and the time since which it does not. A
 * route that reads Kafka runs when all of its consumers do; one that is not to start by itself ({@code autoStartup: false})
 * is left out. How long ago the last message came is told, and is no fault. Asked by one thread at a time.
 */
public final class RouteHealth implements Dependency {

    /** What routes do beside the messages of devices. */
    private static final String BACKGROUND = "background-errors";

    private final String stage;
    private final Supplier<CamelContext> camel;
    private final WatchedConsumers consumers;
    /** Since when a route does not run. */
    private final Map<String, String> since = new HashMap<>();

    /**
     * @param stage the name of the stage, and of this check
     * @param camel where the routes are; null as long as there are none
     */
    public RouteHealth(String stage, Supplier<CamelContext> camel, WatchedConsumers consumers) {
        this.stage = stage;
        this.camel = camel;
        this.consumers = consumers;
    }

    @Override
    public String name() {
        return stage;
    }

    @Override
    public Status check() {
        CamelContext context = camel.get();
        List<Route> routes = context == null
                ? List.of()
                : context.getRoutes().stream()
                        .filter(route -> Stage.labelOf(route).equals(stage) && startsByItself(route))
                        .toList();
        if (routes.isEmpty()) {
            return new Status(false, "its routes are not loaded yet");
        }
        List<String> faults = new ArrayList<>();
        for (Route route : routes) {
            Optional<String> fault = fault(route);
            if (fault.isPresent()) {
                String start = since.computeIfAbsent(route.getRouteId(), id -> Watch.now());
                faults.add(route.getRouteId() + ": " + fault.get() + ", since " + start);
            } else {
                since.remove(route.getRouteId());
            }
        }
        return faults.isEmpty()
                ? new Status(true, routes.size() + " route(s) run" + idle(routes) + lastMessage(context, routes))
                : new Status(false, String.join("; ", faults) + lastMessage(context, routes));
    }

    /** The supervising route controller takes the flag away from the routes that it starts itself. */
    private static boolean startsByItself(Route route) {
        return route.isAutoStartup()
                || Boolean.TRUE.equals(route.getProperties().get(Route.SUPERVISED));
    }

    private Optional<String> fault(Route route) {
        CamelContext context = route.getCamelContext();
        ServiceStatus status = context.getRouteController().getRouteStatus(route.getRouteId());
        if (status == null || !status.isStarted()) {
            return Optional.of((isTriedAgain(context, route) ? "not started, tried again" : lower(status))
                    + reason(context, route));
        }
        if (route.getEndpoint() instanceof KafkaEndpoint kafka) {
            KafkaConfiguration settings = kafka.getConfiguration();
            return consumers.fault(settings.getGroupId(), settings.getConsumersCount());
        }
        return Optional.empty();
    }

    private static String lower(ServiceStatus status) {
        return status == null ? "not started" : status.name().toLowerCase(java.util.Locale.ROOT);
    }

    private static boolean isTriedAgain(CamelContext context, Route route) {
        return context.getRouteController() instanceof SupervisingRouteController supervisor
                && supervisor.getRestartingRoutes().contains(route);
    }

    private static String reason(CamelContext context, Route route) {
        Throwable error = context.getRouteController() instanceof SupervisingRouteController supervisor
                ? supervisor.getRestartException(route.getRouteId())
                : null;
        if (error == null && route.getLastError() != null) {
            error = route.getLastError().getException();
        }
        if (error == null) {
            return "";
        }
        while (error.getCause() != null) {
            error = error.getCause();
        }
        return " (" + (error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage()) + ')';
    }

    private String idle(List<Route> routes) {
        List<String> idle = routes.stream()
                .filter(route -> route.getEndpoint() instanceof KafkaEndpoint kafka
                        && consumers.partitions(kafka.getConfiguration().getGroupId()) == 0)
                .map(Route::getRouteId)
                .toList();
        return idle.isEmpty()
                ? ""
                : ", " + String.join(", ", idle)
                        + " without partitions (other processes have them, or the topic is gone)";
    }

    private static String lastMessage(CamelContext context, List<Route> routes) {
        List<Route> receivers = routes.stream()
                .filter(route -> route.getEndpoint() instanceof KafkaEndpoint
                        || route.getEndpoint() instanceof PahoMqtt5Endpoint)
                .filter(route -> !BACKGROUND.equals(route.getConfigurationId()))
                .toList();
        if (receivers.isEmpty()) {
            return "";
        }
        return receivers.stream()
                .flatMap(route -> lastExchange(context, route).stream())
                .max(Date::compareTo)
                .map(last -> ", last message "
                        + Duration.between(last.toInstant(), Instant.now()).toSeconds() + " s ago")
                .orElse(", no message since the start");
    }

    private static Optional<Date> lastExchange(CamelContext context, Route route) {
        ManagedCamelContext managed = context.getCamelContextExtension().getContextPlugin(ManagedCamelContext.class);
        ManagedRouteMBean bean = managed == null ? null : managed.getManagedRoute(route.getRouteId());
        return bean == null ? Optional.empty() : Optional.ofNullable(bean.getLastExchangeCreatedTimestamp());
    }
}
