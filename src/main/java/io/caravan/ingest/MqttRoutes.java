package io.caravan.ingest;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Consumer;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Message;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;

/**
 * What {@link MqttClients} has to be told of the routes that read MQTT, and Camel's consumer does not tell: that an exchange
 * has failed, or has ended while its route was stopped, and that a route has been stopped by hand. A route that is stopped
 * leaves the broker, which keeps its messages, and a start goes on with the same client. Camel uses every such factory among its beans. Thread-safe.
 */
public final class MqttRoutes implements RoutePolicyFactory {

    @Override
    public RoutePolicy createRoutePolicy(CamelContext context, String routeId, NamedNode route) {
        return route instanceof RouteDefinition definition
                        && definition.getInput().getEndpointUri().startsWith("paho-mqtt5:")
                ? new Policy()
                : null;
    }

    /** Not one that Camel starts and stops: of what ends while its route stops it would not hear. */
    private static final class Policy implements RoutePolicy {

        @Override
        public void onInit(Route route) {}

        @Override
        public void onRemove(Route route) {}

        @Override
        public void onStart(Route route) {}

        @Override
        public void onSuspend(Route route) {}

        @Override
        public void onResume(Route route) {}

        @Override
        public void onExchangeBegin(Route route, Exchange exchange) {}

        /** Camel leaves a client alone that it was given: it would hand messages to a route that has stopped. */
        @Override
        public void onStop(Route route) {
            if (route.getConsumer() instanceof PahoMqtt5Consumer consumer
                    && consumer.getEndpoint().getClient() instanceof MqttClients clients) {
                clients.close();
            }
        }

        @Override
        public void onExchangeDone(Route route, Exchange exchange) {
            if (exchange.getIn() instanceof PahoMqtt5Message message
                    && route.getConsumer() instanceof PahoMqtt5Consumer consumer
                    && consumer.getEndpoint().getClient() instanceof MqttClients clients) {
                int handle = message.getMqttMessage().getId();
                if (exchange.isFailed()) {
                    clients.failed(handle);
                } else {
                    clients.completed(handle);
                }
            }
        }
    }
}
