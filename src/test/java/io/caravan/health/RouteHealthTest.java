package io.caravan.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.caravan.kafka.WatchedConsumers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.main.Main;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteHealthTest {

    @TempDir
    Path routes;

    private final AtomicBoolean answers = new AtomicBoolean();
    private final Main main = new Main();
    private final RouteHealth store = new RouteHealth("store", main::getCamelContext, new WatchedConsumers());

    @BeforeEach
    void configure() {
        main.setDefaultPropertyPlaceholderLocation("false");
        main.configure().withRoutesIncludePattern("file:" + routes + "/*.camel.yaml");
        main.configure()
                .routeControllerConfig()
                .withEnabled(true)
                .withInitialDelay(0)
                .withBackOffDelay(20)
                .withBackOffMultiplier(1);
        main.bind("fragile", new Fragile(answers));
    }

    @AfterEach
    void stop() {
        main.stop();
    }

    @Test
    void itIsNotReadyBeforeTheRoutesAreLoaded() {
        assertThat(store.check()).isEqualTo(new Status(false, "its routes are not loaded yet"));
    }

    @Test
    void routesThatRunAreCounted() throws Exception {
        write("store", route("a", "timer:a"));
        write("store-latest", route("b", "direct:b"));
        write("enrich", route("c", "fragile:c"));
        main.start();

        await().untilAsserted(() -> assertThat(store.check()).isEqualTo(new Status(true, "2 route(s) run")));
    }

    @Test
    void aRouteThatCannotStartIsNamedWithTheReasonUntilItRuns() throws Exception {
        write("store", route("a", "direct:a"), route("b", "fragile:b"));
        main.start();

        await().untilAsserted(() -> {
            assertThat(store.check().up()).isFalse();
            assertThat(store.check().detail()).matches("b: not started, tried again \\(no server\\), since 2\\S+Z");
        });
        String since = store.check().detail();
        assertThat(store.check().detail()).isEqualTo(since);

        answers.set(true);
        await().untilAsserted(() -> assertThat(store.check().up()).isTrue());
    }

    @Test
    void aRouteThatIsGivenUpIsNamed() throws Exception {
        main.configure().routeControllerConfig().withBackOffMaxAttempts(2);
        write("store", route("b", "fragile:b"));
        main.start();

        await().untilAsserted(
                        () -> assertThat(store.check().detail()).matches("b: stopped \\(no server\\), since 2\\S+Z"));
    }

    @Test
    void aRouteThatSomebodyStoppedIsNamed() throws Exception {
        write("store", route("a", "direct:a"), route("b", "timer:b"));
        main.start();
        await().untilAsserted(() -> assertThat(store.check().up()).isTrue());

        main.getCamelContext().getRouteController().stopRoute("b");

        assertThat(store.check().up()).isFalse();
        assertThat(store.check().detail()).matches("b: stopped, since 2\\S+Z");
        main.getCamelContext().getRouteController().startRoute("b");
        assertThat(store.check().up()).isTrue();
    }

    @Test
    void aRouteThatIsNotToStartByItselfIsNoFault() throws Exception {
        write(
                "store",
                route("a", "direct:a"),
                route("b", "direct:b").replace("id: b", "id: b\n    autoStartup: false"));
        main.start();

        await().untilAsserted(() -> assertThat(store.check()).isEqualTo(new Status(true, "1 route(s) run")));
    }

    private void write(String file, String... content) throws Exception {
        Files.writeString(routes.resolve(file + ".camel.yaml"), String.join("\n", content));
    }

    private static String route(String id, String uri) {
        return """
                - route:
                    id: %s
                    from:
                      uri: %s
                      steps:
                        - log:
                            message: "x"
                """
                .formatted(id, uri);
    }

    /** A component whose consumers start only while its server answers. */
    private static final class Fragile extends DefaultComponent implements Component {

        private final AtomicBoolean answers;

        Fragile(AtomicBoolean answers) {
            this.answers = answers;
        }

        @Override
        protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
            return new DefaultEndpoint(uri, this) {
                @Override
                public Producer createProducer() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public Consumer createConsumer(Processor processor) {
                    return new DefaultConsumer(this, processor) {
                        @Override
                        protected void doStart() throws Exception {
                            if (!answers.get()) {
                                throw new java.net.ConnectException("no server");
                            }
                            super.doStart();
                        }
                    };
                }
            };
        }
    }
}
