package io.caravan.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

class RecordHeadersTest {

    private final CamelContext camel = new DefaultCamelContext();

    @Test
    void aHeaderIsTheSameTextBeforeKafkaAndAfter() {
        OutboundRecord record = new OutboundRecord(
                camel,
                "t",
                "k",
                new byte[0],
                Map.of("before", "ö", "after", "ö".getBytes(UTF_8), "number", 7),
                new byte[0]);

        assertThat(RecordHeaders.text(record, "before")).isEqualTo("ö");
        assertThat(RecordHeaders.text(record, "after")).isEqualTo("ö");
        assertThat(RecordHeaders.text(record, "none")).isNull();
        assertThat(RecordHeaders.number(record, "number", -1)).isEqualTo(7);
        assertThat(RecordHeaders.number(record, "after", -1)).isEqualTo(-1);
        assertThat(RecordHeaders.number(record, "none", -1)).isEqualTo(-1);
    }

    @Test
    void anOutboundRecordKeepsItsTopicWhenItIsSentAgain() {
        OutboundRecord record =
                new OutboundRecord(camel, "iot.dlq", "k", new byte[] {1}, Map.of("reason", "x"), new byte[0]);

        assertThat(record.removeHeader(KafkaConstants.OVERRIDE_TOPIC)).isEqualTo("iot.dlq");
        assertThat(record.removeHeader(KafkaConstants.OVERRIDE_TOPIC)).isEqualTo("iot.dlq");
        assertThat(record.removeHeader("reason")).isEqualTo("x");
        assertThat(record.getHeader("reason")).isNull();
        assertThat(record.getHeader(KafkaConstants.KEY)).isEqualTo("k");
    }
}
