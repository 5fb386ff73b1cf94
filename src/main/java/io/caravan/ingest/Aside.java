package io.caravan.ingest;

import io.caravan.decode.Reason;
import io.caravan.kafka.Cut;
import io.caravan.kafka.RecordHeaders;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.BiFunction;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.kafka.KafkaConstants;

/**
 * Makes a dead letter of a message that ingest cannot pass on: its first 64 KB, length and SHA-256, and why. Thread-safe.
 */
public final class Aside implements Processor {

    private final MeterRegistry meters;
    private final BiFunction<Message, Throwable, Verdict> judge;

    private record Verdict(Reason reason, String detail) {}

    private Aside(MeterRegistry meters, BiFunction<Message, Throwable, Verdict> judge) {
        this.meters = meters;
        this.judge = judge;
    }

    /**
     * Those that are too large to be taken in.
     *
     * @param largest how many bytes a payload may have
     */
    public static Aside tooLarge(int largest, MeterRegistry meters) {
        return new Aside(
                meters,
                (message, none) -> new Verdict(
                        Reason.TOO_LARGE,
                        TooLarge.hasLongTopic(message)
                                ? "its topic has more than " + TooLarge.LONGEST_TOPIC + " characters"
                                : length(message) + " bytes, more than caravan.ingest.max-payload-bytes (" + largest
                                        + ")"));
    }

    /** Those that have failed for good: Kafka finds them too large, or they have brought a {@link Fault} to light. */
    public static Aside failed(MeterRegistry meters) {
        return new Aside(meters, (message, failure) -> {
            return failure instanceof Fault
                    ? new Verdict(
                            Reason.INTERNAL_ERROR, failure.getCause().getClass().getSimpleName())
                    : new Verdict(
                            Reason.TOO_LARGE,
                            length(message) + " bytes, more than Kafka's topic takes (its max.message.bytes)");
        });
    }

    @Override
    public void process(Exchange exchange) {
        apply(exchange.getMessage(), exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
    }

    /** @param failure what happened to the message, null where nothing has yet */
    void apply(Message message, Throwable failure) {
        Verdict verdict = judge.apply(message, failure);
        message.setHeader(RecordHeaders.STAGE, "ingest");
        message.setHeader(RecordHeaders.REASON, verdict.reason().code());
        message.setHeader(RecordHeaders.DETAIL, verdict.detail());
        message.setHeader(RecordHeaders.FAILED_AT, Long.toString(System.currentTimeMillis() * 1_000));
        cutTopic(message);
        Cut.apply(message);
        meters.counter(
                        "caravan.dead.letters",
                        "stage",
                        "ingest",
                        "reason",
                        verdict.reason().code())
                .increment();
    }

    /** Leaves the start of a topic that is too long, and nothing of what was read in it. */
    private static void cutTopic(Message message) {
        if (TooLarge.hasLongTopic(message)) {
            String start = message.getHeader(RecordHeaders.TOPIC, String.class).substring(0, TooLarge.LONGEST_TOPIC);
            message.setHeader(RecordHeaders.TOPIC, start);
            message.setHeader(KafkaConstants.KEY, start);
            message.removeHeader(RecordHeaders.TENANT);
            message.removeHeader(RecordHeaders.DEVICE);
        }
    }

    private static int length(Message message) {
        return ((byte[]) message.getBody()).length;
    }
}
