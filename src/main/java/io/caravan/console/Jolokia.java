package io.caravan.console;

import io.caravan.settings.UserError;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.plugin.JolokiaPlatformHttpPlugin;
import org.apache.camel.support.service.ServiceSupport;
import org.jolokia.json.JSONStructure;
import org.jolokia.server.core.config.ConfigKey;
import org.jolokia.server.core.config.StaticConfiguration;
import org.jolokia.server.core.http.HttpRequestHandler;
import org.jolokia.server.core.request.EmptyResponseException;
import org.jolokia.server.core.restrictor.policy.PolicyRestrictor;
import org.jolokia.server.core.service.JolokiaServiceManagerFactory;
import org.jolokia.server.core.service.api.JolokiaServiceManager;
import org.jolokia.server.core.service.api.LogHandler;
import org.jolokia.service.jmx.LocalRequestHandler;
import org.jolokia.service.serializer.JolokiaSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what Hawtio asks of the routes, within a policy that is always there: where Camel's own plugin would open everything
 * for want of one, the application does not start. Requests from pages of other origins are refused. Bound to the registry as
 * {@code jolokia}, it takes the place of Camel's plugin. Thread-safe.
 */
public final class Jolokia extends ServiceSupport implements JolokiaPlatformHttpPlugin {

    /** Where it is served; Hawtio looks for it there. */
    public static final String PATH = "/jolokia";

    private static final Logger LOG = LoggerFactory.getLogger(Jolokia.class);

    private final SameOrigin sameOrigin;
    private final JolokiaServiceManager manager;
    private HttpRequestHandler requests;
    private CamelContext context;

    /**
     * @param ownHost the configured name of this machine
     * @throws UserError when the policy cannot be read
     */
    public Jolokia(Path policy, String ownHost) {
        this.sameOrigin = new SameOrigin(ownHost);
        this.manager = JolokiaServiceManagerFactory.createJolokiaServiceManager(
                new StaticConfiguration(
                        ConfigKey.AGENT_ID, "caravan",
                        ConfigKey.ALLOW_ERROR_DETAILS, "false",
                        ConfigKey.INCLUDE_STACKTRACE, "false"),
                new Logs(),
                read(policy));
        manager.addService(new JolokiaSerializer());
        manager.addService(new LocalRequestHandler(1));
    }

    private static PolicyRestrictor read(Path policy) {
        try {
            return new PolicyRestrictor(new ByteArrayInputStream(Files.readAllBytes(policy)));
        } catch (IOException | RuntimeException e) {
            throw new UserError("caravan.management.policy: cannot use " + policy + ": " + e.getMessage(), e);
        }
    }

    @Override
    protected void doStart() {
        requests = new HttpRequestHandler(manager.start());
    }

    @Override
    protected void doStop() {
        manager.stop();
    }

    @Override
    public Object getHandler() {
        Handler<RoutingContext> handler = this::handle;
        return handler;
    }

    private void handle(RoutingContext request) {
        HostAndPort asked = request.request().authority();
        Optional<String> refusal = sameOrigin.refusal(
                asked == null ? null : asked.toString(), request.request().headers());
        if (refusal.isPresent()) {
            end(request, 403, refusal.get(), "text/plain; charset=utf-8");
            return;
        }
        try {
            String address = request.request().remoteAddress().hostAddress();
            requests.checkAccess(
                    request.request().scheme(),
                    address,
                    address,
                    request.request().getHeader(HttpHeaders.ORIGIN));
            end(request, 200, answer(request).toJSONString(), "application/json");
        } catch (EmptyResponseException e) {
            request.response().setStatusCode(204).end();
        } catch (Exception e) {
            end(request, 200, requests.handleThrowable(e).toJSONString(), "application/json");
        }
    }

    /** What is refused, or fails, is told in the answer, as Jolokia's clients expect it. */
    private JSONStructure answer(RoutingContext request) throws IOException, EmptyResponseException {
        String uri = request.request().uri();
        if (request.request().method().equals(HttpMethod.GET)) {
            String path = request.request().path().substring(PATH.length());
            return requests.handleGetRequest(uri, path, Map.of());
        }
        byte[] body = request.body().buffer().getBytes();
        return requests.handlePostRequest(uri, new ByteArrayInputStream(body), StandardCharsets.UTF_8.name(), Map.of());
    }

    private static void end(RoutingContext request, int status, String body, String type) {
        request.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(body);
    }

    @Override
    public String getId() {
        return NAME;
    }

    @Override
    public void setCamelContext(CamelContext context) {
        this.context = context;
    }

    @Override
    public CamelContext getCamelContext() {
        return context;
    }

    private static final class Logs implements LogHandler {
        @Override
        public void debug(String message) {
            LOG.debug(message);
        }

        @Override
        public void info(String message) {
            LOG.debug(message);
        }

        @Override
        public void error(String message, Throwable failure) {
            LOG.warn(message, failure);
        }

        @Override
        public boolean isDebug() {
            return false;
        }
    }
}
