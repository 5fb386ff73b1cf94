package io.caravan.ingest;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

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

    /** Those, by broker and client, that subscribe nothing, as far as this process knows: who just took one up would be deaf. */
    private static final Set<String> UNSUBSCRIBED = ConcurrentHashMap.newKeySet();

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

    /** Whether the subscriptions of a session that the broker had are asked for again. */
    boolean isToBeSubscribed(int index) {
        return settings.resubscribe() || UNSUBSCRIBED.contains(key(index));
    }

    /** A session is new, or about to subscribe nothing any more. */
    void unsubscribed(int index) {
        UNSUBSCRIBED.add(key(index));
    }

    /** A session has subscribed what it is to, or is no more. */
    void renewed(int index) {
        UNSUBSCRIBED.remove(key(index));
    }

    private String key(int index) {
        return url() + ' ' + clientId(index);
    }

    String clientId(int index) {
        return settings.clientId() + '-' + name + '-' + (index + 1);
    }

    /** A connection, not made yet, that takes up a session. */
    MqttConnection connection(int index, MqttConnection.Listener listener) {
        return new MqttConnection(
                settings,
                inFlight,
                receiveMaximum,
                clientId(index),
                listener,
                () -> unsubscribed(index),
                index == 0 ? state : null);
    }
}
