package io.caravan.ingest;

import io.caravan.kafka.RecordHeaders;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Constants;

/**
 * Stamps a message as its dialect says, whose name the route has put in the header {@code dialect}: one that Caravan knows
 * by itself, or one of the device registry. A dialect that neither has makes a record that names nobody; it becomes a dead
 * letter, and can be replayed once the dialect is declared. Thread-safe.
 */
public final class Stamp implements Processor {

    private final Map<String, Dialect> known;
    private final MappedTopics mapped;

    public Stamp(Collection<Dialect> known, MappedTopics mapped) {
        this.known = known.stream().collect(Collectors.toUnmodifiableMap(Dialect::name, Function.identity()));
        this.mapped = mapped;
    }

    /** @throws Fault when that fails, which would be a fault of ours */
    @Override
    public void process(Exchange exchange) {
        dialectOf(exchange).stamp(exchange);
    }

    private Dialect dialectOf(Exchange exchange) {
        try {
            String name = exchange.getMessage().getHeader(RecordHeaders.DIALECT, String.class);
            Dialect dialect = known.get(name);
            if (dialect == null) {
                dialect = mapped.dialect(
                        name, exchange.getMessage().getHeader(PahoMqtt5Constants.MQTT_TOPIC, String.class));
            }
            return dialect != null ? dialect : new Dialect(name, TopicShape.OPAQUE, "device_id", "tenant_id");
        } catch (RuntimeException e) {
            throw new Fault(e);
        }
    }
}
