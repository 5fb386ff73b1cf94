package io.caravan.ingest;

import io.caravan.decode.Reason;
import io.caravan.kafka.RecordHeaders;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** Cuts a payload that is too large down to what a dead letter keeps: its first 64 KB, length and SHA-256. Thread-safe. */
public final class Oversize implements Processor {

    private static final int KEPT = 64 * 1024;

    private final int largest;
    private final Counter counter;

    /** @param largest how many bytes a payload may have */
    public Oversize(int largest, MeterRegistry meters) {
        this.largest = largest;
        this.counter = meters.counter("caravan.dead.letters", "stage", "ingest", "reason", Reason.TOO_LARGE.code());
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        byte[] payload = (byte[]) message.getBody();
        message.setBody(Arrays.copyOf(payload, Math.min(payload.length, KEPT)));
        message.setHeader(RecordHeaders.STAGE, "ingest");
        message.setHeader(RecordHeaders.REASON, Reason.TOO_LARGE.code());
        message.setHeader(
                RecordHeaders.DETAIL,
                payload.length + " bytes, more than caravan.ingest.max-payload-bytes (" + largest + ")");
        message.setHeader(RecordHeaders.FAILED_AT, Long.toString(System.currentTimeMillis() * 1_000));
        message.setHeader(RecordHeaders.LENGTH, Integer.toString(payload.length));
        message.setHeader(RecordHeaders.SHA256, sha256(payload));
        counter.increment();
    }

    private static String sha256(byte[] payload) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(payload));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
