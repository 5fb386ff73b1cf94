package io.caravan.faults;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Ends the application's process, as {@code kill -9} would, at a chosen moment of a chosen step of a route. Bound in the
 * Camel context by {@link #settings}, it works by itself.
 */
public final class KillPoint implements InterceptStrategy, CamelContextAware {

    private static final long INTO_THE_STEP_MILLIS = 3;

    /** The exit code of a process that was killed by the signal 9. */
    private static final int KILLED = 137;

    /** When in a step. */
    enum Moment {
        /** Before it does anything. */
        ENTERING,
        /** Some milliseconds after it has begun. */
        DURING,
        /** Once it has handed its work over and before it hears that it is done; for a step that does not wait. */
        CALLED,
        /** Once it is done, before the next step. */
        LEAVING
    }

    private final AtomicInteger passes = new AtomicInteger();
    private CamelContext context;
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

    /** Camel has looked for such beans when it makes this one. */
    @Override
    public void setCamelContext(CamelContext context) {
        this.context = context;
        context.getCamelContextExtension().addInterceptStrategy(this);
    }

    @Override
    public CamelContext getCamelContext() {
        return context;
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
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode node, Processor target, Processor nextTarget) {
        return node.getId().equals(step) ? new Deadly(target) : target;
    }

    private final class Deadly extends DelegateAsyncProcessor {

        Deadly(Processor step) {
            super(step);
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            if (passes.incrementAndGet() != pass) {
                return super.process(exchange, callback);
            }
            return switch (moment) {
                case ENTERING -> die();
                case DURING -> {
                    new Thread(() -> dieIn(INTO_THE_STEP_MILLIS)).start();
                    yield super.process(exchange, callback);
                }
                case CALLED -> {
                    super.process(exchange, doneSync -> {});
                    yield die();
                }
                case LEAVING -> super.process(exchange, doneSync -> die());
            };
        }
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
