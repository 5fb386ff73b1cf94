package io.caravan.enrich;

import io.caravan.decode.Decoder;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Reason;
import io.caravan.decode.Timestamps;
import io.caravan.decode.Undecodable;
import io.caravan.kafka.Batch;
import io.caravan.kafka.Part;
import io.caravan.kafka.RecordHeaders;
import io.caravan.kafka.RecordPosition;
import io.caravan.sparkplug.Certificates;
import java.util.List;
import java.util.function.Function;
import org.apache.camel.Body;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decodes the messages of a batch, each by its dialect's decoder, and finds whose they are. A message that cannot be used
 * is marked with the reason and stays in its place; it never costs its neighbours. Thread-safe.
 */
public final class DecodeBatch {

    private static final Logger LOG = LoggerFactory.getLogger(DecodeBatch.class);

    private final Function<String, Decoder> decoders;
    private final Ownership ownership;
    private final RegisteredApplications applications;

    /** @param decoders the decoder of a dialect by its name, null for one that nobody reads; asked for every message */
    public DecodeBatch(Function<String, Decoder> decoders, Ownership ownership, RegisteredApplications applications) {
        this.decoders = decoders;
        this.ownership = ownership;
        this.applications = applications;
    }

    /**
     * Replaces the body of each message by its parcel.
     *
     * @throws DirectoryUnavailable while the directory, the applications, or what a decoder looks up, have not been loaded; the
     *     batch is to be tried again
     */
    public void decode(@Body List<Message> batch) {
        ownership.requireDirectory();
        applications.requireLoaded();
        for (Message message : batch) {
            if (message.getBody() instanceof Parcel) {
                continue; // decoded before a retry
            }
            message.setBody(open(message));
        }
    }

    private Parcel open(Message message) {
        RecordPosition position = Batch.positionOf(message);
        String dialect = RecordHeaders.text(message, RecordHeaders.DIALECT);
        String topic = RecordHeaders.text(message, RecordHeaders.TOPIC);
        Object payload = message.getBody();
        RawMessage raw = ownership.addressed(new RawMessage(
                dialect == null ? "" : dialect,
                topic == null ? "" : topic,
                RecordHeaders.text(message, RecordHeaders.TENANT),
                RecordHeaders.text(message, RecordHeaders.DEVICE),
                receivedAt(message),
                RecordHeaders.text(message, RecordHeaders.CONTENT_TYPE),
                payload instanceof byte[] bytes ? bytes : new byte[0],
                Certificates.placeOf(message),
                partOf(message)));
        Decoder decoder = decoders.apply(raw.dialect());
        if (decoder != null && !decoder.isReady()) {
            throw new DirectoryUnavailable();
        }
        Parcel parcel = new Parcel(
                decoder,
                decoder == null ? raw : decoder.addressed(raw),
                message.getHeader(org.apache.camel.component.kafka.KafkaConstants.KEY),
                position.partition().topic() + '/' + position.partition().partition() + '/' + position.offset());
        try {
            if (decoder == null) {
                throw new Undecodable(Reason.UNKNOWN_DIALECT, "no decoder reads the dialect '" + raw.dialect() + "'");
            }
            RawMessage plain = decoder.plain(parcel.raw);
            parcel.parts = decoder.parts(plain);
            if (parcel.parts.isEmpty()) {
                parcel.decoded = decoder.decode(plain);
                ownership.assign(parcel);
            }
        } catch (Undecodable e) {
            parcel.fail(e);
        } catch (RuntimeException e) {
            LOG.error("Cannot decode {}: a fault of ours, the message becomes a dead letter", parcel.origin, e);
            parcel.fail(new Undecodable(Reason.INTERNAL_ERROR, e.getClass().getSimpleName()));
        }
        // a message may have many rows, so those that are of no use count as well
        parcel.payer = parcel.isUsable() ? parcel.tenant : raw.isPart() ? ownership.tenantOfTopic(parcel.raw) : null;
        return parcel;
    }

    private static int partOf(Message message) {
        Part part = Part.of(message);
        return part == null ? RawMessage.WHOLE : part.number();
    }

    /** The time that ingest stamped; now for a record that somebody else wrote. */
    private static long receivedAt(Message message) {
        long stamped = RecordHeaders.number(message, RecordHeaders.RECEIVED_AT, -1);
        return Timestamps.isTime(stamped) ? stamped : System.currentTimeMillis() * 1_000;
    }
}
