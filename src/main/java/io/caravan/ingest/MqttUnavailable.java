package io.caravan.ingest;

/** The broker does not answer, or refuses. */
final class MqttUnavailable extends Exception {

    MqttUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
