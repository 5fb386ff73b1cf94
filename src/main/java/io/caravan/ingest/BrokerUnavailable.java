package io.caravan.ingest;

/** The MQTT broker does not answer; the route is started again later. */
public final class BrokerUnavailable extends RuntimeException {

    BrokerUnavailable(String url, Throwable cause) {
        super("the MQTT broker at " + url + " does not answer: " + cause.getMessage(), cause);
    }
}
