package io.caravan.decode;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes are a pack that says the same in CBOR and in the JSON that it is kept as, or they are none, for a reason.
 */
class SenmlFuzz {

    private static final long NOW = 1_795_262_400_000_000L;
    private static final SenmlDecoder DECODER = new SenmlDecoder(new JsonDecoder(JsonDialect.flexible(ZoneOffset.UTC)));

    static Stream<byte[]> packs() {
        return Payloads.all().stream().filter(payload -> payload.length < 2_000);
    }

    @MethodSource("packs")
    @FuzzTest(maxDuration = "10s")
    void aPackSaysTheSameInEveryForm(byte[] payload) {
        Decoded decoded = decoded(payload);
        if (decoded == null || !SenmlCbor.isPack(payload)) {
            return;
        }
        byte[] json;
        try {
            json = CborJson.of(payload);
        } catch (Undecodable e) {
            return; // a decimal fraction that is none, in a field that nobody reads
        }
        Decoded fromJson = decoded(json);
        if (fromJson == null) {
            assertThat(new String(json, StandardCharsets.UTF_8))
                    .as("no word for it")
                    .contains("null");
        } else {
            assertThat(fromJson.measured()).isEqualTo(decoded.measured());
            assertThat(fromJson.timestamp()).isEqualTo(decoded.timestamp());
        }
    }

    private static Decoded decoded(byte[] payload) {
        try {
            Decoded decoded = DECODER.decode(new RawMessage("iot", "iot/d/raw", null, "d", NOW, payload));
            for (Measured measured : decoded.measured()) {
                assertThat(Text.isClean(measured.metric())).isTrue();
                assertThat(Double.isFinite(measured.value())).isEqualTo(measured.form() == Measured.Form.NUMBER);
                assertThat(measured.timestamp() == Decoded.NO_TIME || Timestamps.isTime(measured.timestamp()))
                        .isTrue();
            }
            return decoded;
        } catch (Undecodable e) {
            assertThat(Text.isClean(e.getMessage())).as(e.getMessage()).isTrue();
            assertThat(e.reason()).isNotEqualTo(Reason.INTERNAL_ERROR);
            return null;
        }
    }
}
