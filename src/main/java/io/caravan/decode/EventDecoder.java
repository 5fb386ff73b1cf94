package io.caravan.decode;

import java.time.ZoneId;

/**
 * Reads building events (docs/events.md): flat JSON objects of one reading each, {@code sensor_type} and {@code value}, with
 * {@code event_id} as their identity. An event without one is known by its reading, as messages of other dialects are.
 * Thread-safe.
 */
public final class EventDecoder implements Decoder {

    private final ZoneId zone;

    /** @param zone the zone of a time that names none */
    public EventDecoder(ZoneId zone) {
        this.zone = zone;
    }

    /** @throws Undecodable with the field that is to blame, where it is one */
    @Override
    public Decoded decode(RawMessage raw) throws Undecodable {
        return JsonDecoder.object(raw.payload(), parser -> new EventMessage(zone, raw, parser).read());
    }
}
