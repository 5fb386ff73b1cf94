package io.caravan.health;

/** Something that the application cannot work without: a broker, a database. */
public interface Dependency {

    /** Its name in the report, such as {@code kafka}. */
    String name();

    /**
     * Asks whether it answers. May block or throw; called by one thread at a time. The detail goes out to everybody who
     * asks: no passwords, no URLs with parameters.
     */
    Status check();
}
