package io.caravan.ingest;

import java.nio.charset.StandardCharsets;

/**
 * A field of a JSON payload, found by a scan of its bytes: good for a key, which needs no more than to be the same. Immutable.
 */
final class PayloadField {

    private static final int LONGEST = 200;

    private final byte[] quoted;

    PayloadField(String name) {
        this.quoted = ('"' + name + '"').getBytes(StandardCharsets.UTF_8);
    }

    /** The text of the field, null where there is none. */
    String find(byte[] payload) {
        int end = payload.length - quoted.length;
        for (int at = 0; at < end; at++) {
            if (payload[at] == '"' && matches(payload, at)) {
                return value(payload, at + quoted.length);
            }
        }
        return null;
    }

    private boolean matches(byte[] payload, int at) {
        for (int i = 1; i < quoted.length; i++) {
            if (payload[at + i] != quoted[i]) {
                return false;
            }
        }
        return true;
    }

    private static String value(byte[] payload, int from) {
        int at = from;
        while (at < payload.length && (payload[at] == ':' || isSpace(payload[at]))) {
            at++;
        }
        if (at >= payload.length || payload[at] != '"') {
            return null;
        }
        int start = at + 1;
        for (int end = start; end < Math.min(payload.length, start + LONGEST); end++) {
            if (payload[end] == '"') {
                return new String(payload, start, end - start, StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }
}
