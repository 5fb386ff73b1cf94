package io.caravan.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.kafka.RecordHeaders;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Arrays;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class OversizeTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Oversize oversize = new Oversize(100_000, meters);
    private final TooLarge tooLarge = new TooLarge(100_000);
    private final Message message = new DefaultExchange(new DefaultCamelContext()).getMessage();

    @Test
    void theLimitItselfIsNotTooLarge() {
        message.setBody(new byte[100_000]);
        assertThat(tooLarge.matches(message.getExchange())).isFalse();
        message.setBody(new byte[100_001]);
        assertThat(tooLarge.matches(message.getExchange())).isTrue();
    }

    @Test
    void whatIsLeftTellsLengthAndHashOfTheWhole() {
        byte[] whole = new byte[200_000];
        Arrays.fill(whole, (byte) 'a');
        message.setBody(whole);
        oversize.process(message.getExchange());

        assertThat((byte[]) message.getBody()).isEqualTo(Arrays.copyOf(whole, 65_536));
        assertThat(message.getHeader(RecordHeaders.LENGTH)).isEqualTo("200000");
        assertThat(message.getHeader(RecordHeaders.SHA256, String.class)).matches("[0-9a-f]{64}");
        assertThat(message.getHeader(RecordHeaders.REASON)).isEqualTo("too-large");
        assertThat(message.getHeader(RecordHeaders.DETAIL, String.class))
                .contains("200000")
                .contains("caravan.ingest.max-payload-bytes")
                .contains("100000");
        assertThat(meters.get("caravan.dead.letters")
                        .tag("reason", "too-large")
                        .counter()
                        .count())
                .isEqualTo(1);
    }
}
