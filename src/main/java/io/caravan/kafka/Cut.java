package io.caravan.kafka;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Cuts a payload down to what a dead letter keeps of one that is too large: its first 64 KB, and the whole's length and
 * SHA-256 in headers. What is not longer stays as it is. Thread-safe.
 */
public final class Cut implements Processor {

    private static final int KEPT = 64 * 1024;

    @Override
    public void process(Exchange exchange) {
        apply(exchange.getMessage());
    }

    public static void apply(Message message) {
        byte[] payload = (byte[]) message.getBody();
        if (payload.length > KEPT) {
            message.setBody(Arrays.copyOf(payload, KEPT));
            message.setHeader(RecordHeaders.LENGTH, Integer.toString(payload.length));
            message.setHeader(RecordHeaders.SHA256, sha256(payload));
        }
    }

    private static String sha256(byte[] payload) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(payload));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
