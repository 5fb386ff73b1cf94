package io.caravan.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/** Counts the messages that a route receives because its filters are too coarse, and that are none of its own. Thread-safe. */
public final class PassedOver implements Processor {

    private final MeterRegistry meters;

    public PassedOver(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void process(Exchange exchange) {
        meters.counter("caravan.ingest.passed.over", "route", exchange.getFromRouteId())
                .increment();
    }
}
