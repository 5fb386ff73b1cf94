package io.caravan.f2;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class DataFormatTest {

    /** The database takes no others. */
    @Test
    void templatesHaveSevenFormatsAndDeclaredFramesHaveMore() {
        assertThat(DataFormat.names()).isEqualTo("Int8, Uint8, Int16, Uint16, Int32, Uint32, Float32");
        assertThat(DataFormat.of("float32")).isEqualTo(DataFormat.FLOAT32);
        assertThat(DataFormat.of("int24")).isNull();
        assertThat(DataFormat.ofAny("int24")).isEqualTo(DataFormat.INT24);
        assertThat(DataFormat.of("none")).isNull();
    }

    @Test
    void aFloatWithDecimalsIsRoundedOnce() {
        DataPoint point = new DataPoint("energy", "J", DataFormat.FLOAT32, ByteOrder.BIG_ENDIAN, 0, 2, BigDecimal.ONE);

        assertThat(point.read(ByteBuffer.wrap(new byte[] {(byte) 0xE0, (byte) 0xBE, (byte) 0xB9, 3})))
                .isEqualTo(-1.0994415E18);
        assertThat(point.read(ByteBuffer.allocate(4).putFloat(0, 2530))).isEqualTo(25.3);
    }
}
