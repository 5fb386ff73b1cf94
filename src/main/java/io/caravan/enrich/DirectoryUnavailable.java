package io.caravan.enrich;

/** What the database knows of the devices has not been loaded yet: nobody can tell what is unknown, so the batch has to wait. */
public final class DirectoryUnavailable extends RuntimeException {

    DirectoryUnavailable() {
        super("what the database knows of the devices is not loaded yet");
    }
}
