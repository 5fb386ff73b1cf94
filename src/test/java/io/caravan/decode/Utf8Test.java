package io.caravan.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {

    @Test
    void itAgreesWithTheStrictDecoderOnEveryPairAndOnRandomBytes() {
        byte[] pair = new byte[2];
        for (int i = 0; i < 0x10000; i++) {
            pair[0] = (byte) (i >> 8);
            pair[1] = (byte) i;
            agrees(pair);
        }
        Random random = new Random(2);
        byte[] leads = {0x41, (byte) 0xe0, (byte) 0xed, (byte) 0xf0, (byte) 0xf4, (byte) 0xc2, (byte) 0xef};
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[1 + random.nextInt(5)];
            for (int j = 0; j < bytes.length; j++) {
                bytes[j] = (byte) (0x80 + random.nextInt(0x40));
            }
            bytes[0] = leads[random.nextInt(leads.length)];
            agrees(bytes);
        }
    }

    private static void agrees(byte[] bytes) {
        boolean strict;
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            strict = true;
        } catch (CharacterCodingException e) {
            strict = false;
        }
        if (Utf8.isValid(bytes) != strict) {
            assertThat(Utf8.isValid(bytes))
                    .as("%s", new String(bytes, StandardCharsets.ISO_8859_1))
                    .isEqualTo(strict);
        }
    }
}
