package io.caravan.ingest;

import org.apache.camel.Exchange;
import org.apache.camel.Predicate;

/**
 * Whether a payload is too large to be taken in.
 *
 * @param largest how many bytes a payload may have
 */
public record TooLarge(int largest) implements Predicate {

    @Override
    public boolean matches(Exchange exchange) {
        return ((byte[]) exchange.getMessage().getBody()).length > largest;
    }
}
