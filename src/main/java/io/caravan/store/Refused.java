package io.caravan.store;

import io.caravan.decode.Reason;
import io.caravan.decode.Text;
import io.caravan.kafka.RecordHeaders;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Tells what the database refuses for what is in a row from what is worth another try, and puts it aside. Thread-safe. */
public final class Refused {

    /** The property of the exchange that keeps the message while the body is something else. */
    private static final String MESSAGE = "caravanMessage";

    /**
     * SQLSTATE classes: data exception, integrity constraint violation, check option violation, program limit exceeded, and
     * what functions raise, such as a trigger that does not want the row.
     */
    private static final Set<String> CLASSES = Set.of("22", "23", "44", "54", "P0");

    private final Counter counter;

    public Refused(MeterRegistry meters) {
        counter = meters.counter("caravan.dead.letters", "stage", "store", "reason", Reason.REFUSED_BY_DATABASE.code());
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

    /** Makes a dead letter of the message that was being stored: its bytes as they were, and why. */
    public void deadLetter(Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        Message message = exchange.getMessage();
        message.setBody(exchange.getProperty(MESSAGE));
        message.setHeader(RecordHeaders.STAGE, "store");
        message.setHeader(RecordHeaders.REASON, Reason.REFUSED_BY_DATABASE.code());
        message.setHeader(RecordHeaders.DETAIL, Text.printable(String.valueOf(failure.getMessage())));
        message.setHeader(RecordHeaders.FAILED_AT, Long.toString(System.currentTimeMillis() * 1_000));
        counter.increment();
    }
}
