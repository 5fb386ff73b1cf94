package io.caravan.ingest;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What has been handed to Camel and is not acknowledged yet, each under a number of our own: packet ids are the same on different
 * connections. Thread-safe.
 */
final class UnderWay {

    private static final Executor AGAIN = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS, Runnable::run);
    private static final long LOOK_MILLIS = 10;

    private final Map<Integer, Delivery> deliveries = new ConcurrentHashMap<>();
    private final AtomicInteger handles = new AtomicInteger();

    /** @return the number */
    int add(Delivery delivery) {
        int handle = handles.incrementAndGet();
        deliveries.put(handle, delivery);
        return handle;
    }

    /** The exchange of a message has ended well: it is acknowledged. To be told once or more often. */
    void completed(int handle) {
        // in this order: who waits for the last of them leaves the broker next
        deliveries.computeIfPresent(handle, (same, delivery) -> {
            delivery.acknowledge();
            return null;
        });
    }

    /**
     * The exchange of a message has failed.
     *
     * @param again whether it is handed in again, a second later; otherwise the broker does that, when its connection has gone
     */
    void failed(int handle, boolean again) {
        Delivery delivery = deliveries.remove(handle);
        if (delivery == null) {
            return;
        }
        if (again && delivery.connection().isConnected()) {
            AGAIN.execute(() -> delivery.connection().handOn(delivery));
        } else {
            delivery.drop();
        }
    }

    int size() {
        return deliveries.size();
    }

    /** Waits until all is acknowledged that can be; false where it is not in time. */
    boolean awaitEnd(long longestNanos) {
        long deadline = System.nanoTime() + longestNanos;
        while (System.nanoTime() < deadline && isAnyToBeAcknowledged()) {
            pause();
        }
        return !isAnyToBeAcknowledged();
    }

    /** Those whose connection has gone cannot be. */
    private boolean isAnyToBeAcknowledged() {
        return deliveries.values().stream()
                .anyMatch(delivery -> delivery.connection().isConnected());
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
