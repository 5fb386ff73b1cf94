package io.caravan.ingest;

import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.DeviceTypes;
import io.caravan.registry.MappedDialect;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Endpoint;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an ingest route for each dialect that the device registry declares, and one more for what its devices report on
 * themselves, made from the route template {@code ingest-mapped}. Routes are made, changed and removed as the registry is; what
 * the broker holds for a changed one is taken in by its successor, and what it holds for a removed one is forgotten.
 * Thread-safe.
 */
public final class DialectRoutes {

    private static final String TEMPLATE = "ingest-mapped";
    private static final String STATUS = "isStatus";
    /** Camel forgets the file of the template, which would tell. */
    private static final String STAGE = "ingest";

    private static final Logger LOG = LoggerFactory.getLogger(DialectRoutes.class);

    /** Sessions have the filters in their name: a session of other filters would bring other messages. */
    private record Wanted(String dialect, String session, String topics, List<String> filters, String takes) {

        boolean isStatus() {
            return takes.equals(STATUS);
        }

        static Wanted of(MappedDialect dialect, String suffix, String share, List<String> filters, String takes) {
            String topics = share + String.join(",", filters);
            CRC32 hash = new CRC32();
            hash.update(topics.getBytes(StandardCharsets.UTF_8));
            return new Wanted(
                    dialect.name(),
                    dialect.name()
                            + suffix
                            + '-'
                            + Long.toHexString(0x1_0000_0000L | hash.getValue()).substring(1),
                    topics,
                    filters,
                    takes);
        }
    }

    private final DeviceRegistry registry;
    private final MappedTopics topics;
    private final MqttComponent mqtt;
    private final String shareGroup;
    private final Map<String, Wanted> running = new LinkedHashMap<>();
    /** Routes that are to read what others read until then, and whether the broker had subscribed them at the last look. */
    private final Map<String, Boolean> coming = new HashMap<>();

    private RouteTemplateDefinition template;
    private volatile DeviceTypes followed;

    /** @param shareGroup the name of the shared subscription */
    public DialectRoutes(DeviceRegistry registry, MappedTopics topics, MqttComponent mqtt, String shareGroup) {
        this.registry = registry;
        this.topics = topics;
        this.mqtt = mqtt;
        this.shareGroup = shareGroup;
    }

    /** Whether the routes are those of the registry as it is now. */
    public boolean isUpToDate() {
        return followed == registry.types();
    }

    /** Makes the routes what the registry says. To be called about once a second; what fails is tried again by the next call. */
    public synchronized void follow(CamelContext context) throws Exception {
        if (context.getRouteController().isStartingRoutes()) {
            return; // it walks through the routes, and a new one among them would end the start
        }
        hearThoseThatListen();
        DeviceTypes types = registry.types();
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        RouteTemplateDefinition now = model.getRouteTemplateDefinition(TEMPLATE);
        if (types == followed && now == template || now == null && template != null) {
            return; // nothing is new, or the template is just being replaced
        }
        topics.reserve(filtersOfOthers(context));
        Map<String, Wanted> wanted = wanted(types.dialects().values());
        for (Map.Entry<String, Wanted> route : List.copyOf(running.entrySet())) {
            Wanted next = wanted.get(route.getKey());
            if (!route.getValue().equals(next) || now != template) {
                mqtt.leave(route.getValue().session()); // a route that stops refuses what comes
                remove(context, model, route.getKey());
                running.remove(route.getKey());
                coming.remove(route.getKey());
                if (next == null) {
                    topics.left(route.getValue().dialect(), route.getValue().isStatus());
                    mqtt.retire(route.getValue().session(), route.getValue().topics(), null);
                    LOG.info("{}: removed, its dialect is no longer in the device registry", route.getKey());
                } else {
                    replace(context, route.getKey(), route.getValue(), next);
                }
            }
        }
        for (Map.Entry<String, Wanted> route : wanted.entrySet()) {
            if (!running.containsKey(route.getKey())) {
                add(context, route.getKey(), route.getValue());
            }
        }
        template = now;
        followed = types;
    }

    private void replace(CamelContext context, String id, Wanted old, Wanted next) throws Exception {
        add(context, id, next);
        if (!old.session().equals(next.session())) {
            mqtt.retire(old.session(), old.topics(), next.session());
        }
    }

    private Map<String, Wanted> wanted(Collection<MappedDialect> dialects) {
        Map<String, Wanted> wanted = new LinkedHashMap<>();
        for (MappedDialect dialect : dialects) {
            List<String> measured = dialect.measurementFilters();
            List<String> status = dialect.statusFilters();
            String id = "ingest-" + dialect.name();
            if (dialect.enabled() && !measured.isEmpty()) {
                wanted.put(id, Wanted.of(dialect, "", TopicFilters.share(shareGroup), measured, "isMeasured"));
            }
            if (dialect.enabled() && !status.isEmpty()) {
                wanted.put(id + "-status", Wanted.of(dialect, "-status", "", status, STATUS));
            }
        }
        return wanted;
    }

    private void add(CamelContext context, String id, Wanted route) throws Exception {
        make(context, id, route.dialect(), route.session(), route.topics(), route.takes());
        running.put(id, route);
        context.getRouteController().startRoute(id); // a supervised context leaves that to others
        context.getRoute(id).getProperties().put(Route.SUPERVISED, true);
        if (followed == null) {
            topics.listens(
                    route.dialect(),
                    route.isStatus(),
                    route.filters()); // the broker has kept for it what came meanwhile
        } else {
            coming.put(id, false);
        }
    }

    /**
     * A new route takes over topics that another one reads at the second look at which it is subscribed: what was on its way to
     * the other one by then has come, as a rule. In between both read them. What waits longer in the other one's session is passed
     * over, and the new one never gets what was published before it was subscribed. Routes that are subscribed and change places in
     * the registry do so at once: of what is on its way, both may read a message, or neither.
     */
    private void hearThoseThatListen() {
        for (String id : List.copyOf(coming.keySet())) {
            Wanted route = running.get(id);
            if (!mqtt.isReady(route.session())) {
                coming.put(id, false);
            } else if (coming.put(id, true)) {
                coming.remove(id);
                topics.listens(route.dialect(), route.isStatus(), route.filters());
            }
        }
    }

    /**
     * Makes a route of the template; it is not started.
     *
     * @param session the {@code clientId} of its endpoint
     * @param topics what it subscribes, with {@code $share/group/} before the first filter where that is to be shared
     * @param takes the method of {@link MappedTopics} that says which messages it takes
     */
    public static void make(
            CamelContext context, String id, String dialect, String session, String topics, String takes)
            throws Exception {
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        model.addRouteTemplateDefinitionConverter(TEMPLATE, (template, parameters) -> {
            // Camel leaves out how the template's route deals with errors
            RouteDefinition route = RouteTemplateDefinition.Converter.DEFAULT_CONVERTER.apply(template, parameters);
            route.setRouteConfigurationId(template.getRoute().getRouteConfigurationId());
            return route;
        });
        model.addRouteFromTemplate(
                id,
                TEMPLATE,
                id,
                STAGE,
                Map.of("dialect", dialect, "session", session, "topics", topics, "takes", takes));
    }

    private static void remove(CamelContext context, Model model, String id) throws Exception {
        context.getRouteController().stopRoute(id);
        context.removeRoute(id);
        RouteDefinition definition = model.getRouteDefinition(id);
        if (definition != null) {
            model.removeRouteDefinition(definition);
        }
    }

    private List<String> filtersOfOthers(CamelContext context) {
        List<String> filters = new ArrayList<>();
        for (Route route : context.getRoutes()) {
            if (!running.containsKey(route.getRouteId()) && route.getEndpoint() instanceof PahoMqtt5Endpoint mqtt) {
                filters.addAll(TopicFilters.of(mqtt.getTopic()).unshared());
            }
        }
        return filters;
    }
}
