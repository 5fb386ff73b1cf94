package io.caravan.api;

import io.caravan.decode.Text;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.DeviceType;
import org.apache.camel.Exchange;

/** The device types of the registry that is in use, as it declares them. Thread-safe. */
public final class Types {

    private final DeviceRegistry registry;

    public Types(DeviceRegistry registry) {
        this.registry = registry;
    }

    public void all(Exchange exchange) {
        Request.open(exchange);
        Answer.with(exchange, registry.types().json());
    }

    public void one(Exchange exchange) {
        String name = Request.inPath(exchange, "type");
        Request.open(exchange);
        DeviceType type = registry.types().find(name);
        if (type == null) {
            throw ApiProblem.notFound("The registry has no device type " + Text.excerpt(name));
        }
        Answer.with(exchange, type.json());
    }
}
