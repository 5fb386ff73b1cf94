package io.caravan.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.caravan.simulator.Family;
import io.caravan.simulator.FamilyName;
import java.io.IOException;
import java.time.Instant;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What every decoder promises of any message. An input of a fuzzer is a topic, a line feed and a payload. */
public final class Promises {

    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Promises() {}

    /** What a decoder makes of an input of a fuzzer, if it keeps its promises; null where that is a reason. */
    public static Decoded require(Decoder decoder, String dialect, byte[] input, long receivedAt) {
        int end = 0;
        while (end < input.length && input[end] != '\n') {
            end++;
        }
        String topic = new String(input, 0, end, UTF_8);
        byte[] payload = java.util.Arrays.copyOfRange(input, Math.min(end + 1, input.length), input.length);
        try {
            Decoded decoded =
                    decoder.decode(decoder.addressed(new RawMessage(dialect, topic, null, null, receivedAt, payload)));
            require(decoded);
            return decoded;
        } catch (Undecodable e) {
            require(e);
            return null;
        }
    }

    /** Names that the database takes, values that are numbers, and JSON that is some. */
    public static void require(Decoded decoded) {
        assertThat(decoded.device()).isNotNull();
        for (Measured measured : decoded.measured()) {
            assertThat(Text.isClean(measured.metric())).isTrue();
            assertThat(Double.isFinite(measured.value())).isEqualTo(measured.form() == Measured.Form.NUMBER);
            assertThat(measured.unit() == null || Text.isClean(measured.unit())).isTrue();
            assertThat(measured.timestamp() == Decoded.NO_TIME || Timestamps.isTime(measured.timestamp()))
                    .isTrue();
        }
        requireJson(decoded.body());
        requireJson(decoded.measurements());
    }

    public static void require(Undecodable reason) {
        assertThat(Text.isClean(reason.getMessage())).as(reason.getMessage()).isTrue();
        assertThat(reason.reason()).isNotEqualTo(Reason.INTERNAL_ERROR);
    }

    private static void requireJson(Slice slice) {
        try {
            if (slice != null) {
                assertThat(MAPPER.readTree(slice.bytes(), slice.start(), slice.length())
                                .isContainerNode())
                        .isTrue();
            }
        } catch (IOException e) {
            throw new AssertionError("no JSON: " + slice.text(), e);
        }
    }

    /** The first messages of simulated devices, as inputs. */
    public static Stream<byte[]> simulated(FamilyName name) {
        Family family = name.create(false, new Random(4));
        return IntStream.range(0, 12)
                .mapToObj(i -> family.next(i % 6, Instant.ofEpochSecond(1_795_220_356L + i)))
                .map(message -> input(message.topic(), message.payload()));
    }

    /** An input of a topic and a payload. */
    public static byte[] input(String topic, byte[] payload) {
        byte[] head = (topic + '\n').getBytes(UTF_8);
        byte[] input = java.util.Arrays.copyOf(head, head.length + payload.length);
        System.arraycopy(payload, 0, input, head.length, payload.length);
        return input;
    }
}
