package io.caravan.faults;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;

/** Ends the application's process, as {@code kill -9} would, at a chosen moment of a chosen step of a route. */
public final class KillPoint extends StepInterceptor {

    private static final long INTO_THE_STEP_MILLIS = 3;

    /** The exit code of a process that was killed by the signal 9. */
    private static final int KILLED = 137;

    private static final long HELD_MILLIS = 2_000;

    /** When in a step. */
    enum Moment {
        /** Before it does anything. */
        ENTERING,
        /** With its work in hand for two seconds, so that who sent it has long committed that. */
        HOLDING,
        /** Some milliseconds after it has begun. */
        DURING,
        /** Once it has handed its work over and before it hears that it is done; for a step that does not wait. */
        CALLED,
        /** Once it is done, before the next step. */
        LEAVING
    }

    private final AtomicInteger passes = new AtomicInteger();
    private String step;
    private Moment moment;
    private int pass;

    /** Settings of an application that ends when a step is passed for the n-th time. */
    static Map<String, String> settings(Moment moment, String step, int pass) {
        return Map.of(
                "camel.beans.killPoint",
                "#class:" + KillPoint.class.getName(),
                "camel.beans.killPoint.step",
                step,
                "camel.beans.killPoint.moment",
                moment.name(),
                "camel.beans.killPoint.pass",
                Integer.toString(pass));
    }

    public void setStep(String step) {
        this.step = step;
    }

    public void setMoment(String moment) {
        this.moment = Moment.valueOf(moment);
    }

    public void setPass(int pass) {
        this.pass = pass;
    }

    @Override
    String step() {
        return step;
    }

    @Override
    boolean process(AsyncProcessor processor, Exchange exchange, AsyncCallback callback) {
        if (passes.incrementAndGet() != pass) {
            return processor.process(exchange, callback);
        }
        return switch (moment) {
            case ENTERING -> die();
            case HOLDING -> {
                dieIn(HELD_MILLIS);
                yield true;
            }
            case DURING -> {
                new Thread(() -> dieIn(INTO_THE_STEP_MILLIS)).start();
                yield processor.process(exchange, callback);
            }
            case CALLED -> {
                processor.process(exchange, doneSync -> {});
                yield die();
            }
            case LEAVING -> processor.process(exchange, doneSync -> die());
        };
    }

    private static void dieIn(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        die();
    }

    private static boolean die() {
        Runtime.getRuntime().halt(KILLED);
        return true;
    }
}
