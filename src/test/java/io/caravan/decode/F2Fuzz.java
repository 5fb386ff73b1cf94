package io.caravan.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.caravan.f2.SampleParameters;
import io.caravan.simulator.FamilyName;
import java.time.ZoneOffset;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is published to any topic of an F2 controller is readings and an event, or none, for a reason. */
class F2Fuzz {

    private static final F2Decoder DECODER = new F2Decoder(
            SampleParameters.shipped()
                    .point("power", "Energy", "Float32", "little", 4, 3, "-0.25", "", " kWh")
                    .parameters(),
            ZoneOffset.UTC);

    static Stream<byte[]> messages() {
        String alarm = "/f2-al1/alarm-mode/J1/";
        return Stream.concat(
                Promises.simulated(FamilyName.F2),
                Stream.of(
                                "tele/f2-abc123def456/sensor-mode/J2/sensor-2\n{\"data\":\"09 01 F0 60 00 00 80 7f\"}",
                                "cmnd" + alarm + "siren-1\n",
                                "cmnd" + alarm + "reader-2/success\n 1",
                                "stat" + alarm + "x\n[1]",
                                "stat" + alarm + "siren-1\n1e999")
                        .map(text -> text.getBytes(UTF_8)));
    }

    @MethodSource("messages")
    @FuzzTest(maxDuration = "10s")
    void aMessageIsReadOrRefusedWithAReason(byte[] input) {
        Decoded decoded = Promises.require(DECODER, "f2", input, 1_795_262_400_000_000L);
        if (decoded != null) {
            assertThat(decoded.device()).startsWith("f2-");
            assertThat(decoded.body() == null).isEqualTo(decoded.eventType().equals("telemetry"));
        }
    }
}
