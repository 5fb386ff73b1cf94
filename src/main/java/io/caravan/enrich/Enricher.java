package io.caravan.enrich;

import io.caravan.decode.RawMessage;
import io.caravan.decode.Reason;
import io.caravan.decode.Text;
import io.caravan.decode.Undecodable;
import io.caravan.kafka.RecordHeaders;
import io.caravan.registry.DeviceRegistry;
import io.caravan.registry.DeviceType;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the enriched message: {@code enrich} turns a parcel into JSON bytes and says in the header {@code device-type} where
 * it belongs, or turns it back into its raw bytes with the header {@code reason}, or into those of the messages that it holds
 * with the header {@code parts}. Thread-safe.
 */
public final class Enricher {

    /** The header that names the device type, always one of the registry. */
    public static final String DEVICE_TYPE = "device-type";

    /** The property of the exchange that keeps the raw message while the body is what it became. */
    static final String RAW = "caravanRaw";

    /** The header that says how many messages the body holds, each for itself, where it holds several. */
    public static final String PARTS = "parts";

    private static final Logger LOG = LoggerFactory.getLogger(Enricher.class);

    /** What an earlier failure left on a record that somebody sent to iot.raw again; it would be taken for this one's. */
    private static final List<String> VERDICT =
            List.of(RecordHeaders.REASON, RecordHeaders.DETAIL, RecordHeaders.STAGE, RecordHeaders.FAILED_AT);

    private final DeviceRegistry registry;
    private final int largest;
    private final EnrichedJson json;

    /**
     * @param applications must have been loaded before the first message
     * @param largest how many bytes an enriched message may have, so that Kafka takes the record
     */
    public Enricher(DeviceRegistry registry, RegisteredApplications applications, int largest) {
        this.registry = registry;
        this.json = new EnrichedJson(applications);
        this.largest = largest;
    }

    /** Replaces the parcel in the body. */
    public void enrich(Exchange exchange) {
        Message message = exchange.getMessage();
        Parcel parcel = message.getBody(Parcel.class);
        exchange.setProperty(RAW, parcel.raw);
        message.removeHeader(RecordHeaders.DIRECTORY_TYPE); // what a stranger wrote is not the directory's
        if (message.getHeader(RecordHeaders.REASON) != null) {
            VERDICT.forEach(message::removeHeader);
        }
        message.removeHeader(PARTS);
        if (!parcel.parts.isEmpty()) {
            message.setBody(parcel.parts);
            message.setHeader(PARTS, parcel.parts.payloads().size());
        } else if (parcel.isUsable()) {
            try {
                render(parcel, message);
            } catch (Undecodable e) {
                parcel.fail(e);
            } catch (RuntimeException e) {
                LOG.error("Cannot enrich {}: a fault of ours, the message becomes a dead letter", parcel.origin, e);
                parcel.fail(new Undecodable(Reason.INTERNAL_ERROR, e.getClass().getSimpleName()));
            }
        }
        boolean dead = parcel.failure != null;
        if (dead) {
            message.setBody(parcel.raw.payload());
            message.setHeader(RecordHeaders.STAGE, "enrich");
            message.setHeader(RecordHeaders.REASON, parcel.failure.reason().code());
            message.setHeader(RecordHeaders.DETAIL, parcel.failure.getMessage());
            message.setHeader(RecordHeaders.FAILED_AT, Long.toString(nowMicros()));
        }
        message.setHeader(RecordHeaders.ORIGIN, parcel.origin);
        if (parcel.tenant != null) {
            // a dead letter keeps the headers that it came with, so that a replay is the same message
            message.setHeader(dead ? RecordHeaders.OWNER_TENANT : RecordHeaders.TENANT, parcel.tenant);
            message.setHeader(dead ? RecordHeaders.OWNER_DEVICE : RecordHeaders.DEVICE, parcel.decoded.device());
        }
    }

    private void render(Parcel parcel, Message message) throws Undecodable {
        if (parcel.raw.receivedAt() >= parcel.device.decommissionedAt()) {
            throw new Undecodable(
                    Reason.DECOMMISSIONED_DEVICE,
                    "device " + Text.excerpt(parcel.device.id()) + " of tenant " + Text.excerpt(parcel.tenant)
                            + " is out of service");
        }
        DeviceType type = TypeOf.message(registry.types(), parcel.decoded, parcel.device);
        Normalised normalised =
                Normalised.of(parcel.decoded, parcel.raw.receivedAt(), lastSentAt(parcel.raw, message), type);
        byte[] enriched = json.write(parcel, type, normalised, nowMicros());
        if (enriched.length > largest) {
            throw new Undecodable(
                    Reason.TOO_LARGE,
                    "enriched it has " + enriched.length + " bytes, more than caravan.kafka.max-record-bytes ("
                            + largest + ")");
        }
        message.setBody(enriched);
        message.setHeader(DEVICE_TYPE, type.name());
        String registered = parcel.device.deviceType();
        if (registered != null && !registered.equals(type.name())) {
            message.setHeader(RecordHeaders.DIRECTORY_TYPE, registered);
        }
        message.setHeader(
                org.apache.camel.component.kafka.KafkaConstants.KEY, parcel.tenant + '/' + parcel.decoded.device());
    }

    /** The receipt, or when a replay was written: the clock that stamped the receipt may have been slow, and be right again. */
    private static long lastSentAt(RawMessage raw, Message message) {
        boolean replay = message.getHeader(RecordHeaders.REPLAY_OF) != null;
        Long written = replay
                ? message.getHeader(org.apache.camel.component.kafka.KafkaConstants.TIMESTAMP, Long.class)
                : null;
        return written == null ? raw.receivedAt() : Math.max(raw.receivedAt(), written * 1_000);
    }

    private static long nowMicros() {
        return System.currentTimeMillis() * 1_000;
    }
}
