package io.caravan.f2;

import static org.assertj.core.api.Assertions.assertThat;

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
}
