package io.caravan.ingest;

import io.caravan.kafka.RecordHeaders;
import java.util.Arrays;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Constants;

/**
 * Makes a record of a device's answer to a command, which came in on {@code iot/{tenant}/{device}/commands/{id}/ack}: whose it is
 * stands in headers, the answer is cut to 16 KB. Stateless.
 */
public final class CommandAnswer implements Processor {

    private static final int LONGEST = 16 * 1024;
    private static final int TENANT = 1;
    private static final int DEVICE = 2;
    private static final int COMMAND = 4;

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        String[] levels = message.getHeader(PahoMqtt5Constants.MQTT_TOPIC, "", String.class)
                .split("/", -1);
        if (levels.length > COMMAND) {
            message.setHeader(RecordHeaders.TENANT, levels[TENANT]);
            message.setHeader(RecordHeaders.DEVICE, levels[DEVICE]);
            message.setHeader(RecordHeaders.COMMAND, levels[COMMAND]);
            message.setHeader(KafkaConstants.KEY, levels[TENANT] + '/' + levels[DEVICE]);
        }
        message.setHeader(RecordHeaders.COMMAND_STATE, "acknowledged");
        message.setHeader(RecordHeaders.RECEIVED_AT, Long.toString(Dialect.nowMicros()));
        if (message.getBody() instanceof byte[] answer && answer.length > LONGEST) {
            message.setBody(Arrays.copyOf(answer, LONGEST));
        }
    }
}
