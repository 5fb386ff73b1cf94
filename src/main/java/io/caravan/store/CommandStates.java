package io.caravan.store;

import io.caravan.decode.Text;
import io.caravan.kafka.RecordHeaders;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.jdbc.JdbcConstants;

/**
 * What has become of commands: each record says of one, by headers, that the broker has it, that it was too late, or that its
 * device has answered, with the answer as its value. Records that name none are passed over. Stateless.
 */
public final class CommandStates {

    /** The year 10000, in microseconds since 1970. */
    private static final long END = 253_402_300_800_000_000L;

    /** How much of an answer is kept, in bytes. */
    private static final int LONGEST_ANSWER = 16 * 1024;

    /** Puts the states of a batch into the parameters of the statement that notes them. */
    public void parameters(Exchange exchange) {
        @SuppressWarnings("unchecked")
        List<Message> batch = exchange.getMessage().getBody(List.class);
        List<UUID> ids = new ArrayList<>();
        List<String> tenants = new ArrayList<>();
        List<String> devices = new ArrayList<>();
        List<String> states = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        List<byte[]> answers = new ArrayList<>();
        for (Message message : batch) {
            UUID id = id(RecordHeaders.text(message, RecordHeaders.COMMAND));
            String tenant = RecordHeaders.text(message, RecordHeaders.TENANT);
            String device = RecordHeaders.text(message, RecordHeaders.DEVICE);
            String state = RecordHeaders.text(message, RecordHeaders.COMMAND_STATE);
            long at = RecordHeaders.number(message, RecordHeaders.RECEIVED_AT, -1);
            if (id != null
                    && tenant != null
                    && Text.isClean(tenant)
                    && device != null
                    && Text.isClean(device)
                    && state != null
                    && Text.isClean(state)
                    && at >= 0
                    && at < END) {
                ids.add(id);
                tenants.add(tenant);
                devices.add(device);
                states.add(state);
                times.add(at);
                answers.add(answer(message.getBody()));
            }
        }
        exchange.getMessage()
                .setHeader(
                        JdbcConstants.JDBC_PARAMETERS,
                        Map.of(
                                "ids", ids.toArray(new UUID[0]),
                                "tenants", tenants.toArray(new String[0]),
                                "devices", devices.toArray(new String[0]),
                                "states", states.toArray(new String[0]),
                                "times", times.toArray(new Long[0]),
                                "answers", answers.toArray(new byte[0][])));
    }

    private static byte[] answer(Object body) {
        if (!(body instanceof byte[] bytes) || bytes.length == 0) {
            return null;
        }
        return bytes.length > LONGEST_ANSWER ? Arrays.copyOf(bytes, LONGEST_ANSWER) : bytes;
    }

    private static UUID id(String text) {
        try {
            return text == null || text.length() != 36 ? null : UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
