package io.caravan.health;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class BackgroundRunsTest {

    private static final Logger LOG = (Logger) LoggerFactory.getLogger(BackgroundRuns.class);

    private final AtomicLong time = new AtomicLong();
    private final BackgroundRuns runs = new BackgroundRuns(time::get);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        LOG.addAppender(log);
    }

    @AfterEach
    void leave() {
        LOG.detachAppender(log);
    }

    @Test
    void runsThatSucceedAreNotWorthAWord() {
        succeed("keep");
        succeed("keep");

        assertThat(lines()).isEmpty();
    }

    @Test
    void aSeriesOfFailuresIsToldAtItsBeginningAndAtItsEnd() {
        fail("keep");
        fail("keep");
        fail("keep");
        seconds(42);
        succeed("keep");
        succeed("keep");

        assertThat(lines())
                .containsExactly("WARN keep failed and is tried again: no server", "INFO keep works again after 42 s");
    }

    @Test
    void aLongSeriesIsToldAgainEveryFiveMinutes() {
        for (int run = 0; run <= 600; run++) {
            fail("keep");
            seconds(1);
        }

        assertThat(lines())
                .containsExactly(
                        "WARN keep failed and is tried again: no server",
                        "WARN keep has been failing for 300 s: no server",
                        "WARN keep has been failing for 600 s: no server");
    }

    @Test
    void routesAreToldApart() {
        fail("keep");
        succeed("refresh");
        fail("refresh");

        assertThat(lines()).hasSize(2);
    }

    private void fail(String route) {
        Exchange exchange = run(route);
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, new java.net.ConnectException("no server"));
        runs.failed(exchange);
        runs.ended(exchange);
    }

    private void succeed(String route) {
        runs.ended(run(route));
    }

    private static Exchange run(String route) {
        DefaultExchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.getExchangeExtension().setFromRouteId(route);
        return exchange;
    }

    private void seconds(long seconds) {
        time.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    private List<String> lines() {
        return log.list.stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
    }
}
