package io.caravan.simulator;

/** Devices that are told of their connection: they leave a will with the broker, and hear commands. */
public interface Attended extends Family {

    /** The will of the connection that is about to be made, another one each time. On any thread. */
    Message will();

    /** The topic of their commands. */
    String commands();

    /** Takes note that the connection stands, or stands again. On any thread. */
    void connected();

    /** Takes a command. On any thread. */
    void command(byte[] payload);
}
