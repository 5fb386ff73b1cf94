package io.caravan.faults;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The messages that were sent, and which of them the MQTT broker has acknowledged. Thread-safe. */
final class Journal {

    private final Map<Message, Sending> sendings = new ConcurrentHashMap<>();
    private final AtomicLong acknowledgements = new AtomicLong();

    /**
     * What became of a message.
     *
     * @param lastSent when it left, the last time: milliseconds since the epoch
     */
    private record Sending(long lastSent, boolean acknowledged) {}

    /** To be told before the message leaves. */
    void sent(Message message) {
        long now = System.currentTimeMillis();
        sendings.merge(message, new Sending(now, false), (before, first) -> new Sending(now, before.acknowledged));
    }

    void acknowledged(Message message) {
        sendings.computeIfPresent(message, (same, sending) -> new Sending(sending.lastSent, true));
        acknowledgements.incrementAndGet();
    }

    /** Every message that was sent, once, and whether it was acknowledged. */
    Map<Message, Boolean> messages() {
        Map<Message, Boolean> messages = new HashMap<>();
        sendings.forEach((message, sending) -> messages.put(message, sending.acknowledged));
        return messages;
    }

    /** When each device sent its last acknowledged message that is to be stored: milliseconds since the epoch. */
    Map<String, Long> lastHeard() {
        Map<String, Long> times = new HashMap<>();
        sendings.forEach((message, sending) -> {
            if (sending.acknowledged) {
                message.readings().forEach(reading -> times.merge(reading.device(), sending.lastSent, Math::max));
                if (message.event() != null) {
                    times.merge(message.event().device(), sending.lastSent, Math::max);
                }
            }
        });
        return times;
    }

    /** How many readings the acknowledged messages have. */
    long acknowledgedReadings() {
        return sendings.entrySet().stream()
                .filter(each -> each.getValue().acknowledged)
                .mapToLong(each -> each.getKey().readings().size())
                .sum();
    }

    /** How many publishes were acknowledged, repeated ones included. */
    long acknowledgements() {
        return acknowledgements.get();
    }
}
