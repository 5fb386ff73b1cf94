package io.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;
import org.apache.camel.spi.EventNotifier;
import org.junit.jupiter.api.Test;

class QuietEventsTest {

    @Test
    void nobodyIsAskedAtEveryStepOfAMessageHoweverManyRoutesThereAre() throws Exception {
        Main main = new Main();
        main.setDefaultPropertyPlaceholderLocation("false");
        try (ServerSocket port = new ServerSocket(0)) {
            main.addInitialProperty("camel.server.port", Integer.toString(port.getLocalPort()));
        }
        main.addInitialProperty("camel.server.enabled", "true");
        main.addInitialProperty("camel.server.host", "127.0.0.1");
        main.configure().addMainListener(new QuietEvents());
        main.configure().addRoutesBuilder(route("first"));
        main.configure().addRoutesBuilder(route("second"));
        main.start();
        try {
            main.getCamelContext().addRoutes(route("third"));

            assertThat(main.getCamelContext().getManagementStrategy().getStartedEventNotifiers())
                    .extracting(notifier -> notifier.getClass().getName())
                    .noneMatch(name -> name.startsWith("org.apache.camel.component.platform.http"));
            assertThat(main.getCamelContext().getManagementStrategy().getEventNotifiers())
                    .allMatch(EventNotifier::isIgnoreExchangeEvents)
                    .hasSize(main.getCamelContext()
                            .getManagementStrategy()
                            .getStartedEventNotifiers()
                            .size());
        } finally {
            main.stop();
        }
    }

    private static RouteBuilder route(String id) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:" + id).routeId(id).to("log:" + id);
            }
        };
    }
}
