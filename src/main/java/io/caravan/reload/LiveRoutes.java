package io.caravan.reload;

import io.caravan.settings.RouteFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.RouteConfigurationsBuilder;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.direct.DirectConsumer;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes edits of route files into the running context, for development. It promises:
 *
 * <ul>
 *   <li>Only routes that an edit changes are replaced, those of a removed file or item are removed, and all others run on.
 *   <li>An edit that Camel would refuse is refused before anything is stopped, with the file, the line and the reason in the
 *       log; what runs goes on, and the next good edit counts.
 *   <li>Of a template that is changed only the definition is replaced; whoever made routes of it makes them anew.
 *   <li>A route that is replaced finishes what it has under way. What it has not acknowledged or committed comes again, to the
 *       new one.
 * </ul>
 *
 * Works on a thread of its own from {@link #start} to {@link #close}.
 */
public final class LiveRoutes implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LiveRoutes.class);
    private static final long LOOK_MILLIS = 250;
    private static final long LONGEST_SECONDS = 15;

    private final CamelContext context;
    private final RouteFiles files;
    private final Rehearsal rehearsal;
    private final ScheduledExecutorService watcher = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "live-routes");
        thread.setDaemon(true);
        return thread;
    });
    private SortedMap<String, String> seen;
    private RouteSet running;

    /**
     * @param context runs the routes of the files as they are now
     * @param properties those that the context was started with
     */
    public LiveRoutes(CamelContext context, RouteFiles files, Properties properties) throws IOException {
        this.context = context;
        this.files = files;
        this.rehearsal = new Rehearsal(context, properties);
        this.seen = files.read();
        this.running = new RouteSet(seen);
    }

    /** Begins to look; a first rehearsal spares the first edit the time that Java takes to load the classes. */
    public void start() {
        watcher.execute(this::warmUp);
        watcher.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Waits for a replacement under way: a context must not stop while its routes start. */
    @Override
    public void close() {
        watcher.shutdown();
        try {
            if (!watcher.awaitTermination(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("Routes are still being replaced");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void warmUp() {
        try {
            rehearsal.of(resources(running.texts()));
        } catch (Exception e) {
            LOG.warn("Edits of routes will be refused: {}", Refusal.of(e, running.texts()));
        }
    }

    /** Never throws: a scheduled task that does is not run again. */
    private void look() {
        try {
            SortedMap<String, String> now = files.read();
            Set<String> changed = differences(now, seen);
            if (!changed.isEmpty()) {
                seen = now;
                take(now, changed);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("Cannot look for changed route files: {}", e.toString());
        }
    }

    private static Set<String> differences(Map<String, String> these, Map<String, String> those) {
        Set<String> keys = new HashSet<>(these.keySet());
        keys.addAll(those.keySet());
        keys.removeIf(key -> these.containsKey(key) && these.get(key).equals(those.get(key)));
        return keys;
    }

    /** All that is in the folder, if that works; else what was changed just now, a file that was refused before aside. */
    private void take(SortedMap<String, String> now, Set<String> changed) {
        if (changed.equals(differences(now, running.texts()))) {
            replaceBy(now, changed);
            return;
        }
        SortedMap<String, String> wanted = new TreeMap<>(running.texts());
        changed.forEach(file -> {
            wanted.remove(file);
            if (now.containsKey(file)) {
                wanted.put(file, now.get(file));
            }
        });
        if (replaceBy(wanted, changed)) {
            Set<String> left = differences(now, running.texts());
            if (!left.isEmpty()) {
                replaceBy(now, left);
            }
        }
    }

    private boolean replaceBy(SortedMap<String, String> texts, Set<String> changed) {
        SortedMap<String, String> suspects = new TreeMap<>(texts);
        suspects.keySet().retainAll(changed);
        RouteSet next;
        try {
            next = new RouteSet(texts);
            rehearsal.of(resources(texts));
        } catch (Exception e) {
            LOG.error("{}. Not taken: the routes run on as they were", Refusal.of(e, suspects));
            LOG.debug("Refused", e);
            return false;
        }
        try {
            replace(running, next);
            running = next;
            return true;
        } catch (Exception e) {
            LOG.error("{}. Going back to what ran before", Refusal.of(e, suspects));
            LOG.debug("Failed", e);

            goBack(next);
            return false;
        }
    }

    private void goBack(RouteSet failed) {
        try {
            replace(failed, running);
        } catch (Exception e) {
            LOG.error("Cannot go back: {}. Start again", e.toString());
        }
    }

    private void replace(RouteSet old, RouteSet next) throws Exception {
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        Set<String> gone = old.routesNotIn(next);
        Set<String> wanted = next.routesNotIn(old);
        for (String id : gone) {
            remove(model, id);
        }
        Set<String> rests = old.restsNotIn(next);
        model.getRestDefinitions().removeIf(rest -> rests.contains(rest.getId()));
        for (String id : old.configurationsNotIn(next)) {
            RouteConfigurationDefinition configuration = model.getRouteConfigurationDefinition(id);
            if (configuration != null) {
                model.removeRouteConfiguration(configuration);
            }
        }
        Set<String> templates = next.templatesNotIn(old);
        for (String id : old.templatesNotIn(next)) {
            if (!templates.contains(id)) {
                model.removeRouteTemplateDefinitions(id);
            }
        }
        add(next, wanted, templates, next.configurationsNotIn(old));
        gone.removeAll(wanted);
        if (!templates.isEmpty()) {
            LOG.info("Route templates replaced or added: {}", templates);
        }
        if (gone.isEmpty() && wanted.isEmpty() && templates.isEmpty()) {
            LOG.info("The route files are in order, and no route has changed");
        } else if (!gone.isEmpty() || !wanted.isEmpty()) {
            LOG.info("Routes replaced or added: {}; removed: {}", wanted, gone);
        }
    }

    private void remove(Model model, String id) throws Exception {
        Route route = context.getRoute(id);
        if (route != null && route.getConsumer() instanceof DirectConsumer consumer) {
            // Camel leaves it open to the last, and under load there is no last: callers are to wait for the new one.
            consumer.stop();
        }
        context.getRouteController().stopRoute(id);
        context.removeRoute(id);
        RouteDefinition definition = model.getRouteDefinition(id);
        if (definition != null) {
            model.removeRouteDefinition(definition);
        }
    }

    private void add(RouteSet next, Set<String> routes, Set<String> templates, Set<String> configurations)
            throws Exception {
        Model model = context.getCamelContextExtension().getContextPlugin(Model.class);
        List<RouteBuilder> builders = new ArrayList<>();
        for (RoutesBuilder found : PluginHelper.getRoutesLoader(context).findRoutesBuilders(resources(next.texts()))) {
            RouteBuilder builder = (RouteBuilder) found;
            builder.configureRoutes(context);
            builder.getRouteCollection().getRoutes().removeIf(route -> !routes.contains(route.getRouteId()));
            List<RouteTemplateDefinition> declared =
                    builder.getRouteTemplateCollection().getRouteTemplates();
            declared.removeIf(template -> !templates.contains(template.getId()));
            for (RouteTemplateDefinition template : declared) {
                replace(model, template);
            }
            declared.clear();
            if (!configurations.isEmpty() && builder instanceof RouteConfigurationsBuilder configured) {
                configured.updateRouteConfigurationsToCamelContext(context);
            }
            if (!builder.getRouteCollection().getRoutes().isEmpty()) {
                builders.add(builder);
            }
        }
        for (RouteBuilder builder : builders) {
            builder.updateRoutesToCamelContext(context);
        }
    }

    private static void replace(Model model, RouteTemplateDefinition template) throws Exception {
        RouteTemplateDefinition old = model.getRouteTemplateDefinition(template.getId());
        if (old != null) {
            model.removeRouteTemplateDefinition(old);
        }
        model.addRouteTemplateDefinition(template);
    }

    private static List<Resource> resources(SortedMap<String, String> texts) {
        return texts.entrySet().stream()
                .map(file -> ResourceHelper.fromString(file.getKey(), file.getValue()))
                .toList();
    }
}
