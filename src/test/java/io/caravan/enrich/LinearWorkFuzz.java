package io.caravan.enrich;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.caravan.ingest.Dialect;
import io.caravan.ingest.TopicShape;
import io.caravan.store.EnrichedMessage;
import io.caravan.store.NotEnriched;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.apache.camel.Message;
import org.apache.camel.component.paho.mqtt5.PahoMqtt5Constants;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A message of four times the length is no more than about four times the work, whatever its shape. An input is the start
 * of a message, the byte FF, what is to be repeated, FF, and its end; a byte FE becomes the number of the repetition.
 */
class LinearWorkFuzz {

    private static final int SHORT = 4_000;
    private static final int TIMES = 4;
    /** Twice the linear growth, half of the quadratic. */
    private static final int MOST = 2 * TIMES;

    private static final Consumer<byte[]> PIPELINE = Work.counted(Pipeline.class);

    static Stream<byte[]> shapes() {
        return Stream.of(
                        "{\"a\":[\u00ff1,\u00ff1]}",
                        "{\"a\":[\u00ff\"1 V\",\u00ff1]}",
                        "{\"a\":[\u00ff[],{},\u00ff1]}",
                        "{\"a\":[\u00ff{\"value\":1,\"unit\":\"V\"},\u00ff1]}",
                        "{\u00ff\"a\":1,\u00ff\"b\":1}",
                        "{\u00ff\"n\u00fe\":1,\u00ff\"b\":1}",
                        "{\u00ff\"n\u00fe\":{\"m\u00fe\":1,\"unit\":\"x\u00fe\"},\u00ff\"b\":1}",
                        "{\u00ff\"measurements\":{\"a\":1},\u00ff\"b\":1}",
                        "{\"measurements\":{\u00ff\"a\":1,\"unit\":\"V\",\u00ff\"b\":1}}",
                        "{\"a\":{\"a\":{\"a\":{\"a\":{\u00ff\"a\u00fe\":1,\u00ff\"unit\":\"V\"},\"unit\":1},\"unit\":\"\"},\"unit\":\"V\"}}",
                        "{\"a\":\u00ff{\"a\":\u00ff1}",
                        "{\"a\":\u00ff[\u00ff",
                        "{\"trends\":[\u00ff{\"c\":\"x\u00fe\",\"v\":1},\u00ff{}]}",
                        "{\u00ff\"trends\":[{\"c\":\"x\",\"v\":1}],\u00ff\"a\":1}",
                        "{\u00ff\"status\":{\"online\":true},\u00ff\"event_type\":\"status\"}",
                        "{\u00ff\"ts\":\"2026-11-21T10:15:30\",\u00ff\"a\":1}",
                        "{\"ts\":\"\u00ff1\u00ff\",\"a\":1}",
                        "{\"a\":1\u00ff0\u00ff}",
                        "{\"a\":\"\u00ff1\u00ff\"}",
                        "{\"a\":\"\u00ff\\u0041\u00ff\"}",
                        "{\"\u00ffa\u00ff\":1}",
                        "{\"deviceId\":\"\u00ffx\u00ff\",\"a\":1}",
                        "{\"x\":1,\u00ff\"deviceId\u00ff\"",
                        "{\"x\":\"\u00ff\\\"deviceId\u00ff\",\"a\":1}",
                        "[\u00ff1,\u00ff1]",
                        "[\u00ff{\"n\":\"a\",\"v\":1},\u00ff{}]",
                        "[\u00ff{\"bn\":\"a\u00fe:\",\"n\":\"b\",\"bv\":1,\"v\":1e300,\"s\":1,\"bs\":0.1},\u00ff{}]",
                        "[{\"bn\":\"d:\"},\u00ff{\"u\":\"V\u00fe\",\"v\":1},\u00ff{\"vs\":\"x\"}]",
                        "[{\"n\":\"\u00ffd:\u00ff\",\"v\":1}]",
                        "\u009f\u00ff\u00a2\u0000\u0061a\u0002\u0001\u00ff",
                        "\u009f\u00a1\u0018\u0020\u00ff\u009f\u00ff",
                        "\u00ff \u00ff{\"a\":1}",
                        "{\"tenant_id\":\"t\",\"device_id\":\"d\",\"event_type\":\"x\",\"timestamp\":\"2026-11-21T10:00:00Z\",\"received_at\":\"2026-11-21T10:00:00Z\",\"readings\":[\u00ff{\"metric\":\"m\u00fe\",\"value\":1},\u00ff{\"metric\":\"a\"}]}")
                .map(shape -> shape.getBytes(ISO_8859_1));
    }

    /** The fuzzer's own hooks allocate as well: bytes are looked at in {@link WorkTest}. */
    @MethodSource("shapes")
    @FuzzTest(maxDuration = "10s")
    void fourTimesTheLengthIsFourTimesTheSteps(byte[] shape) {
        requireLinear(shape, Work::steps, 100_000);
    }

    /** @param slack what does not depend on the length, such as copies of tables of bounded size */
    static void requireLinear(byte[] shape, ToLongFunction<Work> measure, long slack) {
        byte[] small = grown(shape, SHORT);
        byte[] large = grown(shape, SHORT * TIMES);
        if (large.length < SHORT * TIMES) {
            return; // nothing is repeated
        }
        long less = measure.applyAsLong(Work.of(PIPELINE, small));
        long more = measure.applyAsLong(Work.of(PIPELINE, large));
        assertThat(more).as("%d bytes cost %d", small.length, less).isLessThanOrEqualTo(MOST * less + slack);
    }

    private static byte[] grown(byte[] shape, int length) {
        int first = next(shape, (byte) 0xff, 0);
        int second = next(shape, (byte) 0xff, first + 1);
        ByteArrayOutputStream grown = new ByteArrayOutputStream(length + shape.length);
        grown.write(shape, 0, first);
        for (int i = 0; grown.size() < length && first + 1 < second; i++) {
            for (int at = first + 1; at < second; at++) {
                if (shape[at] == (byte) 0xfe) {
                    grown.writeBytes(Integer.toString(i).getBytes(UTF_8));
                } else {
                    grown.write(shape[at]);
                }
            }
        }
        if (second < shape.length) {
            grown.writeBytes(Arrays.copyOfRange(shape, second + 1, shape.length));
        }
        return grown.toByteArray();
    }

    private static int next(byte[] bytes, byte wanted, int from) {
        int at = Math.min(from, bytes.length);
        while (at < bytes.length && bytes[at] != wanted) {
            at++;
        }
        return at;
    }

    /** What a payload goes through, from ingest to the columns of the database; and the same bytes as a foreign record. */
    private static final class Pipeline implements Consumer<byte[]> {

        private final Dialect dialect = new Dialect("building", TopicShape.OPAQUE, "deviceId", "tenant_id");
        private final EnrichStage stage = EnrichStage.open();

        @Override
        public void accept(byte[] payload) {
            Message message = stage.iot("d", "");
            message.setBody(payload);
            message.setHeader(PahoMqtt5Constants.MQTT_TOPIC, "building/room1");
            dialect.stamp(message.getExchange());
            if (EnrichStage.reason(stage.run(message)) == null) {
                stage.readings(message);
            }
            try {
                new EnrichedMessage().read(payload, (metric, value, unit, quality, timestamp, sequence) -> {});
            } catch (NotEnriched e) {
                // as expected of most
            }
        }
    }
}
