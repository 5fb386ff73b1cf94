package io.caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class CutTest {

    private final Message message = new DefaultExchange(new DefaultCamelContext()).getMessage();

    @Test
    void whatIsLeftTellsLengthAndHashOfTheWholeAlsoWhenItIsCutAgain() {
        byte[] whole = new byte[200_000];
        Arrays.fill(whole, (byte) 'a');
        message.setBody(whole);
        new Cut().process(message.getExchange());
        new Cut().process(message.getExchange());

        assertThat((byte[]) message.getBody()).isEqualTo(Arrays.copyOf(whole, 65_536));
        assertThat(message.getHeader(RecordHeaders.LENGTH)).isEqualTo("200000");
        assertThat(message.getHeader(RecordHeaders.SHA256)) // of 200000 times 'a', by sha256sum
                .isEqualTo("2287d207f24a941ff3b56c04c8a25ad56b63e3023207b3bb5b4ac0c9869d74be");
    }

    @Test
    void whatFitsStaysAsItIs() {
        byte[] whole = new byte[65_536];
        message.setBody(whole);
        new Cut().process(message.getExchange());

        assertThat(message.getBody()).isSameAs(whole);
        assertThat(message.getHeaders()).isEmpty();
    }
}
