package io.caravan.faults;

import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Stands between a route and one of its steps. Bound as a bean by {@code camel.beans.x=#class:...} it works by itself: Camel
 * has looked for such beans when it makes this one.
 */
public abstract class StepInterceptor implements InterceptStrategy, CamelContextAware {

    private CamelContext context;

    /** The id of the step. */
    abstract String step();

    /** Does the step, or something else in its place. */
    abstract boolean process(AsyncProcessor step, Exchange exchange, AsyncCallback callback);

    @Override
    public final void setCamelContext(CamelContext context) {
        this.context = context;
        context.getCamelContextExtension().addInterceptStrategy(this);
    }

    @Override
    public final CamelContext getCamelContext() {
        return context;
    }

    @Override
    public final Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode node, Processor target, Processor nextTarget) {
        return node.getId().equals(step()) ? new Intercepted(target) : target;
    }

    private final class Intercepted extends DelegateAsyncProcessor {

        Intercepted(Processor step) {
            super(step);
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            return StepInterceptor.this.process(getProcessor(), exchange, callback);
        }
    }
}
