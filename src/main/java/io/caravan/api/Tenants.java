package io.caravan.api;

import org.apache.camel.Exchange;

/** The names of all tenants that have devices: {@link #ask} before the statement, {@link #answer} after it. Stateless. */
public final class Tenants {

    public void ask(Exchange exchange) {
        Request.open(exchange).handOver(exchange);
    }

    public void answer(Exchange exchange) {
        Answer.with(
                exchange,
                Answer.rows(exchange).stream().map(row -> row.text("tenant_id")).toList());
    }
}
