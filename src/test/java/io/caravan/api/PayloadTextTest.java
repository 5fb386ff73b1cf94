package io.caravan.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PayloadTextTest {

    @Test
    void readableTextIsText() {
        String text = "{\"unit\":\"°C\",\r\n\t\"truck\":\"\uD83D\uDE9A\"}";

        assertThat(PayloadText.of(text.getBytes(StandardCharsets.UTF_8), false)).isEqualTo(text);
        assertThat(PayloadText.of(new byte[0], false)).isEmpty();
    }

    @Test
    void binaryIsNoText() {
        assertThat(PayloadText.of(new byte[] {0x7C, 0x1E, 0, 5}, false)).isNull();
        assertThat(PayloadText.of(new byte[] {'a', (byte) 0xFF}, false)).isNull();
        assertThat(PayloadText.of(new byte[] {'a', (byte) 0xFF}, true)).isNull();
        assertThat(PayloadText.of("\u0085".getBytes(StandardCharsets.UTF_8), false))
                .isNull();
    }

    @Test
    void aCutMayGoThroughACharacter() {
        byte[] cut = Arrays.copyOf("ab\uD83D\uDE9A".getBytes(StandardCharsets.UTF_8), 4);

        assertThat(PayloadText.of(cut, true)).isEqualTo("ab");
        assertThat(PayloadText.of(cut, false)).isNull();
    }
}
