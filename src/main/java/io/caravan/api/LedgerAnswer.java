package io.caravan.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.caravan.ledger.KafkaUnavailable;
import io.caravan.ledger.Ledgers;
import io.caravan.tenant.Role;
import org.apache.camel.Exchange;

/**
 * What became of the messages: of all tenants by {@link #answer}, or in the store of one tenant by {@link #ask} before the
 * statement and {@link #answerTenant} after it. Thread-safe.
 */
public final class LedgerAnswer {

    private final Ledgers ledgers;
    private final String topic;

    /** @param topic the topic whose messages the store counts */
    public LedgerAnswer(Ledgers ledgers, String topic) {
        this.ledgers = ledgers;
        this.topic = topic;
    }

    public void ask(Exchange exchange) {
        Request.open(exchange).with("topic", topic).handOver(exchange);
    }

    /** Whether one tenant is asked for; only an admin may ask for all. */
    public boolean ofTenant(Exchange exchange) {
        Request request = Request.of(exchange);
        return request.identity().role() != Role.ADMIN || request.query().text(Request.TENANT, null) != null;
    }

    /**
     * Answers the whole ledger.
     *
     * @throws ApiProblem 503 when Kafka does not answer
     */
    public void answer(Exchange exchange) throws Exception {
        try {
            Answer.with(exchange, ledgers.current());
        } catch (KafkaUnavailable e) {
            throw ApiProblem.unavailable("Kafka is not available; without it nobody knows what is in flight");
        }
    }

    public void answerTenant(Exchange exchange) {
        Answer.with(
                exchange,
                Tenant.of(Request.of(exchange).tenant(), Answer.rows(exchange).get(0)));
    }

    /** What the store has read of a tenant; of which tenant the rest is, it does not know yet. */
    private record Tenant(
            String tenant,
            long received,
            long forwarded,
            @JsonProperty("dead_lettered") long deadLettered,
            long duplicates) {

        static Tenant of(String tenant, Row row) {
            long forwarded = row.number("forwarded");
            long deadLettered = row.number("dead_lettered");
            long duplicates = row.number("duplicates");
            return new Tenant(tenant, forwarded + deadLettered + duplicates, forwarded, deadLettered, duplicates);
        }
    }
}
