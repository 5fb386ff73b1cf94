package io.caravan.simulator;

import java.util.function.Consumer;

/** Where simulated devices send to, once it could be reached. Implementations are thread-safe. */
public interface Link extends AutoCloseable {

    /** Whether what is sent now is likely to arrive. */
    boolean connected();

    /**
     * Sends a message; does not wait for its arrival.
     *
     * @param device the id of the device that it is of
     * @param done told null when it has arrived, else the reason; on a thread of the link, so it must be quick
     */
    void publish(String device, Message message, Consumer<Throwable> done);

    /** Ends the link; what has not arrived by then is told so, or is lost with it. */
    @Override
    void close();
}
