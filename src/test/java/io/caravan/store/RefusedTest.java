package io.caravan.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.caravan.kafka.RecordHeaders;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.junit.jupiter.api.Test;

class RefusedTest {

    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final Refused refused = new Refused(origin -> Optional.empty(), meters);

    @Test
    void whatIsInARowIsNotTriedAgain() {
        for (String state : new String[] {"22021", "22003", "23514", "44000", "54000", "P0001"}) {
            assertThat(refused.byContent(new IllegalStateException(new SQLException("x", state))))
                    .as(state)
                    .isTrue();
        }
        assertThat(refused.byContent(new NotEnriched(new IOException("x")))).isTrue();
    }

    @Test
    void whatAServerSuffersFromIs() {
        for (String state :
                new String[] {"08006", "25006", "57P01", "40001", "53100", "53300", "55P03", "57014", "XX000", "2", null
                }) {
            assertThat(refused.byContent(new SQLException("x", state)))
                    .as(state)
                    .isFalse();
        }
        assertThat(refused.byContent(new IOException("x"))).isFalse();
    }

    @Test
    void theMessageGoesAsideAsItWas() {
        byte[] record = {1, 2};
        Message message = Messages.message("changed");
        message.getExchange().setProperty("caravanMessage", record);
        message.getExchange().setProperty(Exchange.EXCEPTION_CAUGHT, new SQLException("bad \u0000 byte", "22021"));
        refused.deadLetter(message.getExchange());

        Message letter = message.getExchange().getMessage();
        assertThat(letter.getBody()).isSameAs(record);
        assertThat(message.getBody())
                .as("the batch's own message")
                .isEqualTo("changed".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(letter.getHeader(RecordHeaders.REASON)).isEqualTo("refused-by-database");
        assertThat(letter.getHeader(RecordHeaders.STAGE)).isEqualTo("store");
        assertThat(letter.getHeader(RecordHeaders.DETAIL)).isEqualTo("bad ? byte");
        assertThat(meters.counter("caravan.dead.letters", "stage", "store", "reason", "refused-by-database")
                        .count())
                .isEqualTo(1);
    }
}
