package io.caravan.trial;

import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;

/**
 * Stands in for a component that reaches a server or a clock, so that routes run as they are and alone: it takes any options,
 * nothing comes in but what somebody hands to the consumer's processor, and what goes out is handed to whoever made it.
 */
final class Offline extends DefaultComponent {

    private final BiConsumer<Exchange, String> out;

    /** @param out takes what a route sends, with the address of the endpoint after the scheme; answers go into its message */
    Offline(BiConsumer<Exchange, String> out) {
        this.out = out;
        setAutowiredEnabled(false); // it has none of the options of the one that it stands for
    }

    @Override
    protected Endpoint createEndpoint(String uri, String address, Map<String, Object> options) {
        boolean batching = Boolean.parseBoolean(String.valueOf(options.get("batching")));
        options.clear();
        return new Place(uri, this, address, batching);
    }

    /** An endpoint: nothing but its address. */
    static final class Place extends DefaultEndpoint {

        private final Offline component;
        private final String address;
        private final boolean batching;

        Place(String uri, Offline component, String address, boolean batching) {
            super(uri, component);
            this.component = component;
            this.address = address;
            this.batching = batching;
        }

        /** What follows the scheme: a topic, topic filters, a name. */
        String address() {
            return address;
        }

        /** Whether its consumer hands in lists of exchanges. */
        boolean batching() {
            return batching;
        }

        boolean isOf(String scheme) {
            return getEndpointUri().startsWith(scheme + ':');
        }

        @Override
        public Producer createProducer() {
            return new DefaultProducer(this) {
                @Override
                public void process(Exchange exchange) {
                    component.out.accept(exchange, address);
                }
            };
        }

        @Override
        public Consumer createConsumer(Processor processor) {
            return new DefaultConsumer(this, processor);
        }
    }
}
