package io.caravan.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {

    @Test
    void comesBackAsItWas() {
        String text =
                Cursor.after(Long.MAX_VALUE, "ü/\"\uD83D\uDE9A", Long.MIN_VALUE).toString();

        Cursor cursor = Cursor.parse(text, Long.class, String.class, Long.class);

        assertThat(text).matches("[A-Za-z0-9_-]+");
        assertThat(cursor.number(0)).isEqualTo(Long.MAX_VALUE);
        assertThat(cursor.text(1)).isEqualTo("ü/\"\uD83D\uDE9A");
        assertThat(cursor.number(2)).isEqualTo(Long.MIN_VALUE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "[1]",
                "[1,2,3]",
                "[1,2]",
                "[\"1\",\"x\"]",
                "[1.5,\"x\"]",
                "[99999999999999999999,\"x\"]",
                "[1,\"\\u0000\"]",
                "{\"a\":1}",
                "[1,\"x\""
            })
    void whatNoLinkGaveIsRefused(String json) {
        String text = Base64.getUrlEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> Cursor.parse(text, Long.class, String.class))
                .isInstanceOfSatisfying(ApiProblem.class, problem -> assertThat(problem.parameter())
                        .isEqualTo("cursor"));
    }

    @Test
    void whatIsNoBase64IsRefused() {
        assertThatThrownBy(() -> Cursor.parse("!?", Long.class)).isInstanceOf(ApiProblem.class);
    }
}
