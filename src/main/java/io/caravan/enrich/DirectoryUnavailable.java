package io.caravan.enrich;

/** The directory has not been loaded yet: nobody can tell which device is unknown, so the batch has to wait. */
public final class DirectoryUnavailable extends RuntimeException {

    DirectoryUnavailable() {
        super("the device directory is not loaded yet");
    }
}
