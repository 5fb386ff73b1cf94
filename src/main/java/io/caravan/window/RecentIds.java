package io.caravan.window;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The event ids that were met last, so that of an event that comes again soon the live windows take the first copy. It is no more
 * than that: it forgets the oldest, and knows nothing of what other processes read. Not thread-safe.
 */
final class RecentIds {

    private final Map<UUID, Boolean> met;

    /** @param most how many are remembered; one takes about 100 bytes */
    RecentIds(int most) {
        met = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<UUID, Boolean> eldest) {
                return size() > most;
            }
        };
    }

    /** Remembers an id of a tenant; whether it had not been met. A text that is no UUID is always new. */
    boolean isNew(String tenant, String eventId) {
        try {
            UUID id = UUID.fromString(eventId);
            UUID ofTenant = new UUID(
                    id.getMostSignificantBits() ^ (long) tenant.hashCode() << 32, id.getLeastSignificantBits());
            return met.put(ofTenant, true) == null;
        } catch (IllegalArgumentException e) {
            return true;
        }
    }
}
