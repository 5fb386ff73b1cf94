package io.caravan.api;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** How requests end that have changed a resource. Stateless. */
final class Stored {

    /** The property of the exchange that says whether a resource was not there before. */
    static final String CREATED = "caravan.api.created";

    private Stored() {}

    /** Hands the request over once more, to the statement that reads what was stored. */
    static void readAgain(Exchange exchange, boolean created) {
        exchange.setProperty(CREATED, created);
        Request.of(exchange).handOver(exchange);
    }

    /** Answers 204. */
    static void deleted(Exchange exchange) {
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, 204);
        message.setBody(null);
    }
}
