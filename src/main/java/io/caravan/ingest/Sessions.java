package io.caravan.ingest;

/**
 * The sessions of one dialect at the broker, numbered from 0. They outlive this process, so their clients' ids are the same
 * after a restart.
 *
 * @param inFlight counts what arrives on all of them
 * @param name of the dialect, such as {@code iot}
 * @param receiveMaximum of each of them
 * @param state what the first of them says of this host application, or null
 */
record Sessions(
        MqttSettings settings, InFlightBytes inFlight, String name, ReceiveMaximum receiveMaximum, HostState state) {

    Sessions(MqttSettings settings, InFlightBytes inFlight, String name, HostState state) {
        this(settings, inFlight, name, new ReceiveMaximum(settings.receiveMaximum()), state);
    }

    /** The same sessions, of which each ends with its next connection. */
    Sessions withoutExpiry() {
        return new Sessions(settings.withoutSession(), inFlight, name, receiveMaximum, state);
    }

    String url() {
        return settings.url();
    }

    boolean resubscribe() {
        return settings.resubscribe();
    }

    String clientId(int index) {
        return settings.clientId() + '-' + name + '-' + (index + 1);
    }

    /** A connection, not made yet, that takes up a session. */
    MqttConnection connection(int index, MqttConnection.Listener listener) {
        return new MqttConnection(
                settings, inFlight, receiveMaximum, clientId(index), listener, index == 0 ? state : null);
    }
}
