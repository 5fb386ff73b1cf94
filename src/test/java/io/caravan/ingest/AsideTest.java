package io.caravan.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.kafka.RecordHeaders;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Test;

class AsideTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Message message = new DefaultExchange(new DefaultCamelContext()).getMessage();

    @Test
    void theLimitItselfIsNotTooLarge() {
        TooLarge tooLarge = new TooLarge(100_000);
        message.setBody(new byte[100_000]);
        assertThat(tooLarge.matches(message.getExchange())).isFalse();
        message.setBody(new byte[100_001]);
        assertThat(tooLarge.matches(message.getExchange())).isTrue();
    }

    @Test
    void whatIsTooLargeIsCutAndTheLimitIsNamed() {
        message.setBody(new byte[200_000]);
        Aside.tooLarge(100_000, meters).process(message.getExchange());

        assertThat((byte[]) message.getBody()).hasSize(65_536);
        assertThat(message.getHeader(RecordHeaders.LENGTH)).isEqualTo("200000");
        assertVerdict("too-large", "200000 bytes, more than caravan.ingest.max-payload-bytes (100000)");
    }

    @Test
    void whatKafkaFindsTooLargeIsCutAndTheTopicsLimitIsNamed() {
        message.setBody(new byte[200_000]);
        fail(new RecordTooLargeException("too large"));

        assertThat((byte[]) message.getBody()).hasSize(65_536);
        assertVerdict("too-large", "200000 bytes, more than Kafka's topic takes (its max.message.bytes)");
    }

    @Test
    void aFaultOfOursIsNamedByItsClass() {
        message.setBody(new byte[] {1});
        fail(new Fault(new ArrayIndexOutOfBoundsException(3)));

        assertThat((byte[]) message.getBody()).containsExactly(1);
        assertVerdict("internal-error", "ArrayIndexOutOfBoundsException");
    }

    private void fail(Exception failure) {
        message.getExchange().setProperty(Exchange.EXCEPTION_CAUGHT, failure);
        Aside.failed(meters).process(message.getExchange());
    }

    private void assertVerdict(String reason, String detail) {
        assertThat(message.getHeader(RecordHeaders.STAGE)).isEqualTo("ingest");
        assertThat(message.getHeader(RecordHeaders.REASON)).isEqualTo(reason);
        assertThat(message.getHeader(RecordHeaders.DETAIL)).isEqualTo(detail);
        assertThat(meters.counter("caravan.dead.letters", "stage", "ingest", "reason", reason)
                        .count())
                .isEqualTo(1);
    }
}
