package io.caravan.ingest;

/** A fault of ours that one message has brought to light: trying it again would not help. */
public final class Fault extends RuntimeException {

    Fault(RuntimeException cause) {
        super(cause);
    }
}
