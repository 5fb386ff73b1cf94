package io.caravan.faults;

import io.caravan.faults.Verdict.Fault;
import io.caravan.it.Rows;
import io.caravan.kafka.Batch;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;

/** Ways to break the product on purpose. A suite that does not see that it is broken proves nothing when it passes. */
enum Sabotage {
    /** The product as it is. */
    NONE(null, Map.of()),

    /** The MQTT broker hears that a message has arrived before Kafka has it. */
    ACKS_BEFORE_KAFKA(Fault.LOST, Map.of("camel.beans.sabotage", "#class:" + AcksBeforeKafka.class.getName())),

    /** The store commits the offsets of a batch before its rows are in the database. */
    OFFSETS_BEFORE_DATABASE(
            Fault.LOST, Map.of("camel.beans.sabotage", "#class:" + OffsetsBeforeDatabase.class.getName())),

    /** Nobody notes that a reading came too late for its window. */
    NO_LATE_MARK(Fault.WRONG_WINDOW, Map.of());

    private final Fault fault;
    private final Map<String, String> settings;

    Sabotage(Fault fault, Map<String, String> settings) {
        this.fault = fault;
        this.settings = settings;
    }

    /** By the name that a person writes, such as {@code no-late-mark}. */
    static Sabotage of(String name) {
        return Arrays.stream(values())
                .filter(each -> each.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "faults.sabotage must be one of " + Arrays.toString(values()) + ", not '" + name + "'"));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What the oracle must find. */
    Fault fault() {
        return fault;
    }

    /** Settings of the application that is to be broken. */
    Map<String, String> settings() {
        return settings;
    }

    /** Breaks what is in the database. */
    void spoil(Rows rows) throws SQLException {
        if (this == NO_LATE_MARK) {
            rows.execute(
                    "CREATE OR REPLACE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");
            rows.execute("CREATE OR REPLACE TRIGGER no_late_mark BEFORE INSERT ON window_marks"
                    + " FOR EACH ROW EXECUTE FUNCTION swallow()");
        }
    }

    /** Goes on, and so has the message acknowledged, while a copy of it is on its way to Kafka. */
    public static final class AcksBeforeKafka extends StepInterceptor {

        @Override
        String step() {
            return "to-kafka-raw";
        }

        @Override
        boolean process(AsyncProcessor step, Exchange exchange, AsyncCallback callback) {
            step.process(exchange.copy(), doneSync -> {});
            callback.done(true);
            return true;
        }
    }

    /** Commits a batch as soon as it is open. */
    public static final class OffsetsBeforeDatabase extends StepInterceptor {

        @Override
        String step() {
            return "open-enriched-batch";
        }

        @Override
        boolean process(AsyncProcessor step, Exchange exchange, AsyncCallback callback) {
            return step.process(exchange, doneSync -> {
                new Batch().commit(exchange);
                callback.done(doneSync);
            });
        }
    }
}
