package io.caravan.enrich;

import io.caravan.decode.Reason;
import io.caravan.decode.Text;
import io.caravan.decode.Undecodable;
import io.caravan.kafka.RecordHeaders;
import io.caravan.limits.MessageLimits;
import java.util.List;
import org.apache.camel.Body;
import org.apache.camel.Message;

/**
 * Marks the messages of a batch that are beyond their tenant's limit, so that they become dead letters and cost nothing more.
 * Replays pass: somebody has asked for each of them. Thread-safe.
 */
public final class Quota {

    private final MessageLimits limits;

    public Quota(MessageLimits limits) {
        this.limits = limits;
    }

    /**
     * Counts each message once, also when the batch is tried again.
     *
     * @throws DirectoryUnavailable while the limits have not been read; the batch is to be tried again
     */
    public void check(@Body List<Message> batch) {
        if (!limits.isLoaded()) {
            throw new DirectoryUnavailable();
        }
        for (Message message : batch) {
            Parcel parcel = (Parcel) message.getBody();
            if (!parcel.counted && parcel.payer != null) {
                parcel.counted = true;
                if (message.getHeader(RecordHeaders.REPLAY_OF) == null) {
                    count(parcel);
                }
            }
        }
    }

    private void count(Parcel parcel) {
        Integer exceeded = limits.exceeded(parcel.payer, parcel.raw.receivedAt());
        if (exceeded != null && parcel.isUsable()) {
            parcel.fail(new Undecodable(
                    Reason.OVER_QUOTA,
                    "tenant " + Text.excerpt(parcel.tenant) + " may send " + exceeded + " messages per second"));
        }
    }
}
