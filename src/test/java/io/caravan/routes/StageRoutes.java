package io.caravan.routes;

import io.caravan.health.BackgroundRuns;
import io.caravan.kafka.Batch;
import io.caravan.kafka.Cut;
import io.caravan.kafka.RecordPosition;
import io.caravan.kafka.WatchedConsumers;
import io.caravan.settings.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.main.Main;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The route files of a stage as they are, with the project's settings and without servers: every route is fed by {@code
 * direct:} and its id instead of its own source, and what goes to Kafka or to the database ends in a mock.
 */
final class StageRoutes implements AutoCloseable {

    private final Main main = new Main();
    private final MockConsumer<Object, byte[]> consumer = new MockConsumer<>(OffsetResetStrategy.EARLIEST);
    private final Map<TopicPartition, Long> next = new HashMap<>();

    /** @param files the names of the route files of the stage; those of the errors are added */
    StageRoutes(Map<String, Object> beans, String... files) throws Exception {
        Properties properties = new Properties();
        properties.putAll(Settings.load(Path.of("application.properties"), Map.of())
                .with(Map.of(
                        "caravan.mqtt.dynamic-security",
                        "true",
                        "camel.routecontroller.enabled",
                        "false",
                        "camel.metrics.enabled",
                        "false",
                        "camel.server.enabled",
                        "false",
                        "camel.management.enabled",
                        "false"))
                .asMap());
        properties.remove("camel.main.configurationClasses"); // the beans are the test's
        main.setDefaultPropertyPlaceholderLocation("false");
        main.setOverrideProperties(properties);
        main.configure()
                .withAutoStartup(false)
                .withRoutesIncludePattern(Stream.concat(Stream.of("errors"), Stream.of(files))
                        .map(file -> "file:routes/" + file + ".camel.yaml")
                        .collect(Collectors.joining(",")));
        main.bind("caravan", new PGSimpleDataSource());
        main.bind("batch", new Batch());
        main.bind("backgroundRuns", new BackgroundRuns());
        main.bind("cut", new Cut());
        main.bind("kafkaConsumers", new WatchedConsumers(1_000_000));
        main.bind("coverage", new StepCoverage());
        beans.forEach(main::bind);
        main.start();
        for (String id : context().getRoutes().stream().map(Route::getId).toList()) {
            advise(id);
        }
        context().getRouteController().startAllRoutes();
    }

    private void advise(String id) throws Exception {
        AdviceWith.adviceWith(context(), id, route -> {
            if (!context().getRoute(id).getEndpoint().getEndpointUri().startsWith("direct:")) {
                route.replaceFromWith("direct:" + id);
            }
            route.mockEndpointsAndSkip("kafka:*", "jdbc:*");
        });
    }

    /** Takes a route in that was made afterwards. */
    void take(String id) throws Exception {
        advise(id);
        context().getRouteController().startRoute(id);
    }

    CamelContext context() {
        return main.getCamelContext();
    }

    /** What is sent to Kafka, by the topic in the route. */
    MockEndpoint kafka(String topic) {
        return context().getEndpoint("mock:kafka:" + topic, MockEndpoint.class);
    }

    /** Every statement; the answer goes into the body. */
    void database(Processor answer) {
        statements().whenAnyExchangeReceived(answer);
    }

    MockEndpoint statements() {
        return context().getEndpoint("mock:jdbc:caravan", MockEndpoint.class);
    }

    /** A record as the Kafka consumer hands it in. */
    Exchange consumed(String topic, int partition, byte[] value, Map<String, String> headers) {
        TopicPartition place = new TopicPartition(topic, partition);
        if (!consumer.assignment().contains(place)) {
            List<TopicPartition> assigned = new ArrayList<>(consumer.assignment());
            assigned.add(place);
            consumer.assign(assigned);
        }
        long offset = next.merge(place, 1L, Long::sum) - 1;
        consumer.updateBeginningOffsets(Map.of(place, 0L));
        consumer.updateEndOffsets(Map.of(place, offset + 1));
        Exchange exchange = new DefaultExchange(context());
        exchange.getMessage().setBody(value);
        exchange.getMessage().setHeader(KafkaConstants.TOPIC, topic);
        exchange.getMessage().setHeader(KafkaConstants.PARTITION, partition);
        exchange.getMessage().setHeader(KafkaConstants.OFFSET, offset);
        exchange.getMessage().setHeader(KafkaConstants.TIMESTAMP, 1_795_000_000_000L);
        exchange.getMessage().setHeader(KafkaConstants.MANUAL_COMMIT, new RecordPosition(consumer, place, offset));
        headers.forEach((name, text) ->
                exchange.getMessage().setHeader(name, text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        return exchange;
    }

    /** Takes partitions away, as a rebalance does. */
    void revoke(String topic, int partition) {
        List<TopicPartition> assigned = new ArrayList<>(consumer.assignment());
        assigned.remove(new TopicPartition(topic, partition));
        consumer.assign(assigned);
    }

    /** Runs a batch through a route. */
    Exchange run(String route, List<Exchange> batch) {
        Exchange exchange = new DefaultExchange(context());
        exchange.getMessage().setBody(batch);
        return run(route, exchange);
    }

    Exchange run(String route, Exchange exchange) {
        return context().createProducerTemplate().send("direct:" + route, exchange);
    }

    /** What the last commit of a partition carries beside the offset. */
    String metadata(String topic, int partition) {
        TopicPartition place = new TopicPartition(topic, partition);
        return consumer.committed(java.util.Set.of(place)).get(place).metadata();
    }

    /** The offset from which a partition would be read again; null before the first commit. */
    Long committed(String topic, int partition) {
        TopicPartition place = new TopicPartition(topic, partition);
        OffsetAndMetadata offset = consumer.committed(java.util.Set.of(place)).get(place);
        return offset == null ? null : offset.offset();
    }

    @Override
    public void close() {
        main.stop();
    }
}
