package io.caravan.faults;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The messages that were sent, and which of them the MQTT broker has acknowledged. Thread-safe. */
final class Journal {

    private final Map<Message, Boolean> acknowledged = new ConcurrentHashMap<>();
    private final AtomicLong acknowledgements = new AtomicLong();

    /** To be told before the message leaves. */
    void sent(Message message) {
        acknowledged.putIfAbsent(message, false);
    }

    void acknowledged(Message message) {
        acknowledged.put(message, true);
        acknowledgements.incrementAndGet();
    }

    /** Every message that was sent, once, and whether it was acknowledged. */
    Map<Message, Boolean> messages() {
        return Map.copyOf(acknowledged);
    }

    /** How many readings the acknowledged messages have. */
    long acknowledgedReadings() {
        return acknowledged.entrySet().stream()
                .filter(Map.Entry::getValue)
                .mapToLong(each -> each.getKey().readings().size())
                .sum();
    }

    /** How many publishes were acknowledged, repeated ones included. */
    long acknowledgements() {
        return acknowledgements.get();
    }
}
