package io.caravan;

import io.caravan.settings.Settings;
import io.caravan.settings.UserError;

/**
 * How large what goes to Kafka may be, in bytes. Immutable.
 *
 * @param record the value of a record
 * @param request what a producer sends of it; more it would try again for good
 * @param producerBuffer what a producer holds until Kafka has it
 */
record KafkaSizes(int record, int request, int producerBuffer) {

    /** The largest of any setting for a record or a payload. */
    static final int LARGEST_RECORD = 64 * 1_024 * 1_024;

    /** Key, headers and framing of a record come on top of its value. */
    private static final int FRAMING = 1_024 * 1_024;

    /** @throws UserError when a setting is not valid */
    static KafkaSizes of(Settings settings) {
        int record = settings.number("caravan.kafka.max-record-bytes", 1_024, LARGEST_RECORD);
        int request = record + FRAMING;
        // What ingest takes in fits, with what is lost by filling buffers; else it would block while Kafka is away.
        long inFlight = IngestBeans.inFlightBytes(settings);
        long buffer = Math.max(4L * request, inFlight + inFlight / 2);
        return new KafkaSizes(record, request, (int) Math.min(Integer.MAX_VALUE, buffer));
    }
}
