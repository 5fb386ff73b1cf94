package io.caravan.sparkplug;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.caravan.decode.Decoded;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Undecodable;
import io.caravan.kafka.Batch;
import io.caravan.kafka.RecordHeaders;
import io.caravan.kafka.RecordPosition;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.common.TopicPartition;

/** A partition of iot.raw with Sparkplug's messages, and the beans that decode it, in the order of their route. */
final class SparkplugStage {

    static final long NOON = 1_795_262_400_000L;

    /** What is done with the database: answers rows to the parameters of a statement. */
    interface Database {
        List<Map<String, Object>> run(String statement, Map<String, Object> parameters);
    }

    static final Database NONE = (statement, parameters) -> List.of();

    private record Logged(String topic, byte[] payload, long receivedAt, String receivedBy, String replayOf) {}

    private final CamelContext camel = new DefaultCamelContext();
    private final List<Logged> log = new ArrayList<>();
    private final Database database;
    private Sessions sessions;
    private Certificates certificates;
    private SparkplugDecoder decoder;
    Rebirths rebirths;
    long now = NOON * 1_000;

    SparkplugStage(Database database) {
        this.database = database;
        restart();
    }

    /** Forgets all that is in memory. */
    void restart() {
        sessions = new Sessions();
        certificates = new Certificates(sessions);
        rebirths = new Rebirths(
                "iot.commands", Duration.ofSeconds(10), Duration.ofSeconds(2), new SimpleMeterRegistry(), () -> now);
        decoder = new SparkplugDecoder(sessions, rebirths);
    }

    /** Appends a message, received now by the first client; its offset. */
    int send(String topic, byte[] payload) {
        return append(topic, payload, now, "one", null);
    }

    int sendTo(String client, String topic, byte[] payload) {
        return append(topic, payload, now, client, null);
    }

    /** Appends a message that is delivered again. */
    int sendAgain(int offset) {
        return append(log.get(offset).topic, log.get(offset).payload, now, log.get(offset).receivedBy, null);
    }

    /** Appends the replay of a message. */
    int replay(int offset) {
        Logged old = log.get(offset);
        return append(old.topic, old.payload, old.receivedAt, old.receivedBy, "17/1");
    }

    private int append(String topic, byte[] payload, long receivedAt, String receivedBy, String replayOf) {
        log.add(new Logged(topic, payload, receivedAt, receivedBy, replayOf));
        return log.size() - 1;
    }

    int size() {
        return log.size();
    }

    /** Takes one message more through the stage. */
    Decoded run(String topic, byte[] payload) throws Undecodable {
        int offset = send(topic, payload);
        return one(offset);
    }

    Decoded one(int offset) throws Undecodable {
        Object result = run(offset, offset + 1).get(0);
        if (result instanceof Undecodable failure) {
            throw failure;
        }
        return (Decoded) result;
    }

    /** Takes a batch through the stage; what each message becomes, or why it cannot be decoded. */
    List<Object> run(int from, int to) {
        Exchange exchange = new DefaultExchange(camel);
        List<Message> batch = new ArrayList<>();
        for (int offset = from; offset < to; offset++) {
            batch.add(message(offset));
        }
        exchange.setProperty(Batch.MESSAGES, batch);
        exchange.getMessage().setBody(batch);
        if (certificates.isNeeded(exchange)) {
            certificates.ask(exchange);
            ask(exchange, "select-births.sql");
            certificates.take(exchange);
        }
        List<Object> results = new ArrayList<>();
        for (int offset = from; offset < to; offset++) {
            results.add(decoded(log.get(offset), batch.get(offset - from)));
        }
        if (certificates.hasFresh(exchange)) {
            certificates.collect(exchange);
            ask(exchange, "insert-births.sql");
            certificates.stored(exchange);
        }
        return results;
    }

    @SuppressWarnings("unchecked")
    private void ask(Exchange exchange, String statement) {
        exchange.getMessage()
                .setBody(database.run(
                        statement, exchange.getMessage().getHeader(JdbcConstants.JDBC_PARAMETERS, Map.class)));
    }

    private Object decoded(Logged logged, Message message) {
        try {
            return decoder.decode(new RawMessage(
                    Certificates.DIALECT,
                    logged.topic,
                    null,
                    null,
                    logged.receivedAt,
                    null,
                    logged.payload,
                    Certificates.placeOf(message),
                    RawMessage.WHOLE));
        } catch (Undecodable e) {
            return e;
        }
    }

    private Message message(int offset) {
        Logged logged = log.get(offset);
        Message message = new DefaultExchange(camel).getMessage();
        message.setBody(logged.payload);
        message.setHeader(
                org.apache.camel.component.kafka.KafkaConstants.MANUAL_COMMIT,
                new RecordPosition(null, new TopicPartition("iot.raw", 3), offset));
        message.setHeader(RecordHeaders.DIALECT, Certificates.DIALECT.getBytes(UTF_8));
        message.setHeader(RecordHeaders.TOPIC, logged.topic.getBytes(UTF_8));
        message.setHeader(RecordHeaders.RECEIVED_BY, logged.receivedBy.getBytes(UTF_8));
        if (logged.replayOf != null) {
            message.setHeader(RecordHeaders.REPLAY_OF, logged.replayOf.getBytes(UTF_8));
        }
        return message;
    }

    /** The topics of the commands that are due now. */
    List<String> commands() {
        Exchange exchange = new DefaultExchange(camel);
        rebirths.take(exchange);
        Function<Object, String> topic = command -> ((Message) command).getHeader(RecordHeaders.TOPIC, String.class);
        return ((List<?>) exchange.getMessage().getBody())
                .stream().map(topic::apply).toList();
    }

    /** The readings of a message by name; a hash of the payload besides, to tell messages apart. */
    static Map<String, Object> summary(Object result) {
        Map<String, Object> summary = new HashMap<>();
        if (result instanceof Undecodable failure) {
            summary.put("reason", failure.reason());
            return summary;
        }
        Decoded decoded = (Decoded) result;
        decoded.measured().forEach(metric -> summary.put(metric.metric(), metric));
        summary.put("", List.of(decoded.device(), decoded.eventType(), decoded.sequence(), decoded.standing()));
        return summary;
    }
}
