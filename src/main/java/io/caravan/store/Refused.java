package io.caravan.store;

import io.caravan.decode.Reason;
import io.caravan.decode.Text;
import io.caravan.kafka.Batch;
import io.caravan.kafka.RecordHeaders;
import io.caravan.kafka.RecordPosition;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.DefaultMessage;
import org.apache.camel.util.ObjectHelper;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what the database refuses for what is in a row from what is worth another try, and puts it aside: as it was on
 * iot.raw, so that it can be replayed like any other dead letter. Thread-safe.
 */
public final class Refused {

    private static final Logger LOG = LoggerFactory.getLogger(Refused.class);

    /** The property of the exchange that keeps the message while the body is something else. */
    private static final String MESSAGE = "caravanMessage";

    /**
     * SQLSTATE classes: data exception, integrity constraint violation, check option violation, program limit exceeded, and
     * what functions raise, such as a trigger that does not want the row.
     */
    private static final Set<String> CLASSES = Set.of("22", "23", "44", "54", "P0");

    private final RawSource raw;
    private final Counter counter;
    private final Counter left;

    /** Where raw messages are found again. */
    public interface RawSource {
        /**
         * The record at a place.
         *
         * @param origin the place, as topic/partition/offset; null where nobody knows it
         * @return empty where it is gone, or was never there
         * @throws org.apache.kafka.common.KafkaException when Kafka does not answer; a later question may succeed
         */
        Optional<ConsumerRecord<byte[], byte[]>> find(String origin);
    }

    public Refused(RawSource raw, MeterRegistry meters) {
        this.raw = raw;
        counter = meters.counter("caravan.dead.letters", "stage", "store", "reason", Reason.REFUSED_BY_DATABASE.code());
        left = Counter.builder("caravan.dead.letters.refused")
                .description("Dead letters that the database refuses, which are on their topic only")
                .register(meters);
    }

    /** Whether trying again cannot help, because a row cannot be stored as it is. */
    public boolean byContent(Exchange exchange) {
        // not by Camel's parameter binding: it looks at suppressed exceptions first, and an earlier failure of the
        // batch is one
        Throwable failure = exchange.getException();
        return byContent(failure != null ? failure : exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
    }

    boolean byContent(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NotEnriched) {
                return true;
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState().length() == 5
                        && CLASSES.contains(sql.getSQLState().substring(0, 2));
            }
        }
        return false;
    }

    /**
     * Counts a dead letter that cannot be stored, and tells the log where it lies; not what is in it, which the database's own
     * words may quote.
     */
    public void leave(Exchange exchange) {
        left.increment();
        RecordPosition position = Batch.positionOf(exchange.getMessage());
        LOG.error(
                "The database refuses the dead letter at {}, offset {} (SQLSTATE {}): Kafka has it until it deletes it",
                position.partition(),
                position.offset(),
                ObjectHelper.getException(
                                SQLException.class, exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class))
                        .getSQLState());
    }

    /** Makes a dead letter of the message that was being stored: the enriched message, and why. */
    public void deadLetter(Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        Message message = exchange.getMessage();
        Message letter = new DefaultMessage(exchange);
        letter.setHeaders(new HashMap<>(message.getHeaders()));
        letter.setBody(exchange.getProperty(MESSAGE));
        set(letter, RecordHeaders.OWNER_TENANT, message.getHeader(RecordHeaders.TENANT));
        set(letter, RecordHeaders.OWNER_DEVICE, message.getHeader(RecordHeaders.DEVICE));
        letter.setHeader(RecordHeaders.STAGE, "store");
        letter.setHeader(RecordHeaders.REASON, Reason.REFUSED_BY_DATABASE.code());
        letter.setHeader(RecordHeaders.DETAIL, Text.printable(String.valueOf(failure.getMessage())));
        letter.setHeader(RecordHeaders.FAILED_AT, Long.toString(System.currentTimeMillis() * 1_000));
        exchange.setMessage(letter);
        counter.increment();
    }

    /**
     * Puts what the device sent in place of the enriched message; where it is gone, a header says so.
     *
     * @throws org.apache.kafka.common.KafkaException when Kafka does not answer; the batch may be tried again
     */
    public void restore(Exchange exchange) {
        Message letter = exchange.getMessage();
        String stamp = RecordHeaders.text(letter, RecordHeaders.RECEIVED_AT);
        raw.find(RecordHeaders.text(letter, RecordHeaders.ORIGIN))
                .filter(sent -> Objects.equals(stamp, stampOf(sent))) // a topic made anew has another message there
                .ifPresentOrElse(sent -> restore(letter, sent), () -> letter.setHeader(RecordHeaders.ENRICHED, "true"));
    }

    private static String stampOf(ConsumerRecord<byte[], byte[]> sent) {
        Header stamp = sent.headers().lastHeader(RecordHeaders.RECEIVED_AT);
        return stamp == null ? null : new String(stamp.value(), StandardCharsets.UTF_8);
    }

    private static void restore(Message letter, ConsumerRecord<byte[], byte[]> sent) {
        letter.setBody(sent.value() == null ? new byte[0] : sent.value());
        set(letter, KafkaConstants.KEY, sent.key() == null ? null : new String(sent.key(), StandardCharsets.UTF_8));
        for (String name : Replays.HEADERS) {
            Header header = sent.headers().lastHeader(name);
            set(letter, name, header == null ? null : header.value());
        }
    }

    private static void set(Message letter, String header, Object value) {
        if (value != null) {
            letter.setHeader(header, value);
        } else {
            letter.removeHeader(header);
        }
    }
}
