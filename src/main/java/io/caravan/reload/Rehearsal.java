package io.caravan.reload;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.Service;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.spi.LifecycleStrategy;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.PluginHelper;

/**
 * Makes routes in a Camel context of their own that is never started: with the same settings and beans as the one that runs, so
 * that what Camel would refuse there it refuses here. Nothing is connected, sent or served.
 */
final class Rehearsal {

    private final CamelContext running;
    private final Properties properties = new Properties();

    Rehearsal(CamelContext running, Properties properties) {
        this.running = running;
        this.properties.putAll(properties);
        this.properties.put("camel.main.jmxEnabled", "false");
        this.properties.put("camel.server.enabled", "false");
        this.properties.put("camel.management.enabled", "false");
        this.properties.put("camel.metrics.enabled", "false");
        this.properties.put("camel.routecontroller.enabled", "false");
    }

    /** @throws Exception when Camel does not take them */
    void of(Collection<Resource> files) throws Exception {
        Main main = new Main();
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        main.setDefaultPropertyPlaceholderLocation("false");
        main.setOverrideProperties(properties);
        beans().forEach(main::bind);
        main.bind("platform-http-engine", new NoServer());
        main.configure().addRoutesBuilder(new Given(files));
        try {
            main.init();
            ModelCamelContext stage = (ModelCamelContext) main.getCamelContext();
            for (RouteTemplateDefinition template : stage.getRouteTemplateDefinitions()) {
                make(stage, template);
            }
            // A context makes its routes when it starts; this one only does the making.
            stage.startRouteDefinitions();
        } finally {
            if (main.getCamelContext() != null) {
                main.getCamelContext().close();
            }
        }
    }

    /** One route of a template, with the parameters of one that runs: by itself Camel would look into no template. */
    private void make(ModelCamelContext stage, RouteTemplateDefinition template) throws Exception {
        Set<String> names = template.getTemplateParameters().stream()
                .map(RouteTemplateParameterDefinition::getName)
                .collect(Collectors.toSet());
        Optional<Map<String, Object>> parameters = ((ModelCamelContext) running)
                .getRouteDefinitions().stream()
                        .map(RouteDefinition::getTemplateParameters)
                        .filter(given -> given != null && given.keySet().containsAll(names))
                        .findAny();
        if (parameters.isPresent()) {
            stage.addRouteFromTemplate("rehearsed-" + template.getId(), template.getId(), parameters.get());
        }
    }

    /** What routes name; not what starts, serves or listens with the context that it is bound to. */
    private Map<String, Object> beans() {
        Map<String, Object> beans = new TreeMap<>(running.getRegistry().findByTypeWithName(Object.class));
        beans.values()
                .removeIf(bean -> bean instanceof Service
                        || bean instanceof LifecycleStrategy
                        || bean instanceof VertxPlatformHttpRouter);
        return beans;
    }

    private record Given(Collection<Resource> files) implements RoutesBuilder {
        @Override
        public void addRoutesToCamelContext(CamelContext context) throws Exception {
            PluginHelper.getRoutesLoader(context).loadRoutes(files);
        }

        @Override
        public void addTemplatedRoutesToCamelContext(CamelContext context) {
            // a part of the above
        }

        @Override
        public Set<String> updateRoutesToCamelContext(CamelContext context) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class NoServer implements PlatformHttpEngine {
        @Override
        public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
            return new NoConsumer(endpoint, processor);
        }
    }

    private static final class NoConsumer extends DefaultConsumer implements PlatformHttpConsumer, Consumer {
        NoConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
            super(endpoint, processor);
        }

        @Override
        public PlatformHttpEndpoint getEndpoint() {
            return (PlatformHttpEndpoint) super.getEndpoint();
        }
    }
}
