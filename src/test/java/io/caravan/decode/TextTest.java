package io.caravan.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "a\u0000", "a\n", "\u007f", "\u0085", "\ud800", "\udc00\ud800", "x\ud83d"})
    void anIdIsNeitherEmptyNorUnclean(String id) {
        assertThat(catchThrowableOfType(Undecodable.class, () -> Text.id("the id", id))
                        .reason())
                .isEqualTo(Reason.INVALID_ID);
    }

    @Test
    void anIdStaysAsItIs() throws Exception {
        assertThat(Text.id("the id", " a/b\"'\\ö😀 ")).isEqualTo(" a/b\"'\\ö😀 ");
        assertThat(Text.id("the id", "x".repeat(200))).hasSize(200);
    }

    @Test
    void anExcerptIsShortAndClean() {
        assertThat(Text.excerpt("a\u0000b\ud800")).isEqualTo("'a?b?'");
        assertThat(Text.excerpt("x".repeat(79) + "😀" + "x".repeat(10_000))).isEqualTo("'" + "x".repeat(79) + "?...'");
    }
}
