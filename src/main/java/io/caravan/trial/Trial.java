package io.caravan.trial;

import io.caravan.enrich.Outbox;
import io.caravan.f2.Parameters;
import io.caravan.kafka.RecordHeaders;
import io.caravan.kafka.RecordPosition;
import io.caravan.registry.DeviceRegistry;
import io.caravan.settings.Settings;
import io.caravan.settings.Stage;
import io.caravan.settings.UserError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Constants;
import org.apache.camel.main.Main;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.util.MqttTopicValidator;

/**
 * Takes messages through the route files of the stages ingest and enrich, as they are, without any server: what the routes
 * read is handed to them, what they write to Kafka is kept. The directory is empty, and every device may be added to it. Used
 * by one thread; closed once.
 */
public final class Trial implements AutoCloseable {

    /** What reaches out of the process, or starts by itself. */
    private static final List<String> OUTSIDE = List.of("paho-mqtt5", "kafka", "jdbc", "scheduler");

    /** The bean that each message comes to last. */
    private static final String ADD = "addToOutbox";

    private static final long PATIENCE_SECONDS = 20;

    private final Main main = new Main();
    private final String rawTopic;
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>(OffsetResetStrategy.EARLIEST);
    private final List<Written> written = new ArrayList<>();
    private final Untaken untaken;
    private long offset;

    /**
     * @param registry the device registry, which is among the beans
     * @param dialects those that it does not declare
     * @param routes the route files, as Camel's option {@code routesIncludePattern} names them
     * @param beans binds the beans that they name
     */
    public Trial(
            Settings settings,
            DeviceRegistry registry,
            Set<String> dialects,
            String routes,
            Consumer<BiConsumer<String, Object>> beans)
            throws Exception {
        this.untaken = new Untaken(dialects, registry);
        rawTopic = settings.text("caravan.topic.raw");
        Properties properties = new Properties();
        settings.asMap().forEach((key, value) -> {
            if (key.startsWith("caravan.") || key.startsWith("camel.main.")) {
                properties.put(key, value);
            }
        });
        properties.remove("camel.main.configurationClasses");
        main.setDefaultPropertyPlaceholderLocation("false");
        main.setOverrideProperties(properties);
        main.configure().withRoutesIncludePattern(routes).withJmxEnabled(false);
        main.bind("kafka", new Offline(this::send));
        main.bind("jdbc", new Offline((exchange, name) -> EmptyDatabase.answer(exchange)));
        for (String scheme : OUTSIDE) {
            if (main.lookup(scheme) == null) {
                main.bind(scheme, new Offline((exchange, address) -> {}));
            }
        }
        beans.accept((name, bean) -> {
            if (!OUTSIDE.contains(name)) {
                main.bind(name, name.equals(ADD) ? noting((Processor) bean) : bean);
            }
        });
        main.start();
        // What the stages do in intervals, they do once.
        for (String stage : List.of("ingest", "enrich")) {
            for (Route route : routes(stage, place -> place.isOf("scheduler"))) {
                run(route, new DefaultExchange(context()));
            }
        }
        written.clear();
    }

    /** Notes what goes to no topic: nothing else would tell of it. */
    private Processor noting(Processor add) {
        return exchange -> {
            if (exchange.getMessage().getHeader(Outbox.TOPICS) == null) {
                written.addAll(Written.by(exchange, Written.NOWHERE));
            }
            add.process(exchange);
        };
    }

    /** Has a sensor on the pin of an F2 controller, as if the database had its parameters. */
    public void wire(F2Pin pin) {
        pin.wire(main.lookup("f2Parameters", Parameters.class));
    }

    /** The routes that take in an MQTT topic, or the Kafka topic of a dialect that comes by Kafka. */
    private List<Route> takers(String topic) {
        return routes(
                "ingest",
                place -> place.isOf("kafka") && place.address().equals(topic)
                        || place.isOf("paho-mqtt5") && matches(place.address(), topic));
    }

    private static boolean matches(String filters, String topic) {
        for (String filter : filters.replaceFirst("^\\$share/[^/]*/", "").split(",")) {
            if (MqttTopicValidator.isMatched(filter.strip(), topic)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Takes a message through the stages. It may become several, or none.
     *
     * @param dialect the dialect whose route is to take it in, null where the topic tells
     * @param contentType the content type that its publisher gives it by MQTT 5, or null
     * @param receivedAt the time of receipt in microseconds since the epoch, null for now
     * @throws UserError when no route takes it in, or several do and no dialect was given
     */
    public List<Outcome> run(String dialect, String topic, byte[] payload, String contentType, Long receivedAt) {
        written.clear();
        List<Route> takers = takers(topic);
        Map<String, List<Written>> byDialect = new HashMap<>();
        for (Route taker : takers) {
            run(taker, arrived(taker, topic, payload, contentType));
            for (Written record : written) {
                byDialect
                        .computeIfAbsent(record.header(RecordHeaders.DIALECT), name -> new ArrayList<>())
                        .add(record);
            }
            written.clear();
        }
        List<Written> taken = byDialect.getOrDefault(choose(dialect, topic, takers, byDialect.keySet()), List.of());
        List<Outcome> results = new ArrayList<>(Outcome.of(without(rawTopic, taken), payload));
        for (Written record : taken) {
            if (record.topic().equals(rawTopic)) {
                results.addAll(enriched(receivedAt == null ? record : record.receivedAt(receivedAt)));
            }
        }
        return results;
    }

    private String choose(String wanted, String topic, List<Route> takers, Set<String> dialects) {
        if (wanted != null) {
            if (!dialects.contains(wanted)) {
                throw new UserError(untaken.why(wanted, topic, dialects));
            }
            return wanted;
        }
        String why = dialects.isEmpty() ? untaken.why(topic, !takers.isEmpty()) : null;
        if (why != null) {
            throw new UserError(why);
        }
        if (dialects.size() > 1) {
            throw new UserError("more than one dialect takes in the topic " + topic + ": say --dialect, one of "
                    + String.join(", ", new TreeSet<>(dialects)));
        }
        return dialects.isEmpty() ? null : dialects.iterator().next();
    }

    private Exchange arrived(Route taker, String topic, byte[] payload, String contentType) {
        Exchange exchange = new DefaultExchange(context());
        exchange.getMessage().setBody(payload);
        if (((Offline.Place) taker.getEndpoint()).isOf("kafka")) {
            return record(exchange, topic);
        }
        exchange.getMessage().setHeader(PahoMqtt5Constants.MQTT_TOPIC, topic);
        MqttProperties properties = new MqttProperties();
        properties.setContentType(contentType);
        exchange.getMessage().setHeader(PahoMqtt5Constants.CAMEL_PAHO_MSG_PROPERTIES, properties);
        return exchange;
    }

    private List<Outcome> enriched(Written raw) {
        for (Route route :
                routes("enrich", place -> place.isOf("kafka") && place.address().equals(rawTopic))) {
            run(route, record(raw.read(context()), rawTopic));
        }
        List<Written> records = List.copyOf(written);
        written.clear();
        List<Outcome> results = new ArrayList<>(Outcome.of(without(rawTopic, records), raw.value()));
        for (Written record : records) {
            if (record.topic().equals(rawTopic)) {
                results.addAll(enriched(record)); // one of several that came in one message
            }
        }
        return results;
    }

    private static List<Written> without(String topic, List<Written> records) {
        return records.stream().filter(record -> !record.topic().equals(topic)).toList();
    }

    private Exchange record(Exchange exchange, String topic) {
        TopicPartition partition = new TopicPartition(topic, 0);
        consumer.assign(List.of(partition));
        consumer.updateBeginningOffsets(Map.of(partition, 0L));
        consumer.updateEndOffsets(Map.of(partition, offset + 1));
        exchange.getMessage().setHeader(KafkaConstants.TOPIC, topic);
        exchange.getMessage().setHeader(KafkaConstants.PARTITION, 0);
        exchange.getMessage().setHeader(KafkaConstants.OFFSET, offset);
        exchange.getMessage().setHeader(KafkaConstants.TIMESTAMP, System.currentTimeMillis());
        exchange.getMessage()
                .setHeader(KafkaConstants.MANUAL_COMMIT, new RecordPosition(consumer, partition, offset++));
        return exchange;
    }

    /** @throws UserError when the route fails, or does not end: its errors are tried again for ever */
    private void run(Route route, Exchange exchange) {
        Exchange handed = exchange;
        if (((Offline.Place) route.getEndpoint()).batching()) {
            handed = new DefaultExchange(context());
            handed.getMessage().setBody(List.of(exchange));
        }
        Exchange one = handed;
        CompletableFuture<Void> run = CompletableFuture.runAsync(() -> {
            try {
                route.getConsumer().getProcessor().process(one);
            } catch (Exception e) {
                one.setException(e);
            }
        });
        try {
            run.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new UserError("the route " + route.getId() + " does not end without servers", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted", e);
        }
        if (one.getException() != null) {
            throw new UserError(
                    "the route " + route.getId() + " fails without servers: " + one.getException(), one.getException());
        }
    }

    private List<Route> routes(String stage, Predicate<Offline.Place> where) {
        return context().getRoutes().stream()
                .filter(route -> Stage.labelOf(route).equals(stage))
                .filter(route -> route.getEndpoint() instanceof Offline.Place place && where.test(place))
                .toList();
    }

    private void send(Exchange exchange, String topic) {
        written.addAll(Written.by(exchange, topic));
    }

    private CamelContext context() {
        return main.getCamelContext();
    }

    @Override
    public void close() {
        main.stop();
    }
}
