package io.caravan.sparkplug;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.caravan.decode.Promises;
import io.caravan.decode.Undecodable;
import java.util.stream.Stream;
import org.eclipse.tahu.message.model.MetricDataType;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever an edge node publishes, before its birth, as its birth and behind it, is read or refused with a reason. */
class SparkplugFuzz {

    private static final String GROUP = "spBv1.0/plant/";
    private static final byte[] BIRTH = birth(MetricDataType.Float, 21.3f);
    private static final int STAGE_LASTS = 1_000;
    private static SparkplugStage stage;
    private static int inputs;

    private static byte[] birth(MetricDataType type, Object value) {
        return Tahu.nodeBirth(SparkplugStage.NOON, 0, 7)
                .with("Inlet/Temperature", 2L, type, value, "°C", 192)
                .bytes();
    }

    static Stream<byte[]> messages() {
        return Stream.of(
                BIRTH,
                birth(MetricDataType.Int8, (byte) -5),
                birth(MetricDataType.UInt64, new java.math.BigInteger("18446744073709551615")),
                birth(MetricDataType.String, "A-1"),
                birth(MetricDataType.Bytes, new byte[] {1, 2}),
                birth(MetricDataType.Boolean, true),
                Tahu.payload(SparkplugStage.NOON, 1)
                        .with(null, 2L, MetricDataType.Float, 1.5f)
                        .data(),
                Tahu.nodeDeath(SparkplugStage.NOON, 7),
                new byte[] {8});
    }

    @MethodSource("messages")
    @FuzzTest(maxDuration = "10s")
    void aPayloadIsReadOrRefusedWithAReason(byte[] payload) {
        if (inputs++ % STAGE_LASTS == 0) {
            stage = new SparkplugStage(SparkplugStage.NONE);
        }
        String edge = "/edge-" + inputs % 8;
        take("NDEATH" + edge, Tahu.nodeDeath(SparkplugStage.NOON, 7));
        take("NDATA" + edge, payload);
        take("NBIRTH" + edge, payload);
        take("NDATA" + edge, payload);
        take("NBIRTH" + edge, BIRTH);
        take("NDATA" + edge, payload);
        take("DBIRTH" + edge + "/pump", payload);
        take("DDATA" + edge + "/pump", payload);
        take("DDEATH" + edge + "/pump", payload);
        take("NDEATH" + edge, payload);
    }

    private static void take(String topic, byte[] payload) {
        try {
            Promises.require(stage.run(GROUP + topic, payload));
        } catch (Undecodable e) {
            Promises.require(e);
        }
    }
}
