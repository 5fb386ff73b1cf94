package io.caravan.ledger;

/** Kafka does not answer, so nobody can say what is in flight. */
public final class KafkaUnavailable extends RuntimeException {

    KafkaUnavailable(Throwable cause) {
        super("Kafka does not answer", cause);
    }
}
