package io.caravan.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonPathTest {

    @Test
    void aPathIsMadeOfNamesIndicesAndWildcards() {
        assertThat(JsonPath.parse("$").steps()).isEmpty();
        assertThat(JsonPath.parse("$.a_1['b c'][ 0 ].ö[\"d'\\u0041\\\"\"][*].*").steps())
                .containsExactly(
                        new JsonPath.Name("a_1"),
                        new JsonPath.Name("b c"),
                        new JsonPath.Index(0),
                        new JsonPath.Name("ö"),
                        new JsonPath.Name("d'A\""),
                        JsonPath.Wildcard.ANY,
                        JsonPath.Wildcard.ANY);
        assertThat(JsonPath.parse("$['a']")).isEqualTo(JsonPath.parse("$.a"));
        assertThat(JsonPath.parse("$.a[*]").isSingular()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a.b            | a path begins with $",
                "``             | a path begins with $",
                "$.             | at character 3: expected a name",
                "$.a.           | at character 5: expected a name",
                "$.a-b          | at character 4: expected . or [",
                "$.switch:0     | written in brackets",
                "$.1a           | at character 3: expected a name",
                "$a             | at character 2: expected . or [",
                "$..a           | descendants",
                "$[-1]          | indices from the end",
                "$[0:2]         | slices",
                "$[0,1]         | unions",
                "$[?@.a]        | filters",
                "$[01]          | an index is a number",
                "$[9999999]     | an index is a number",
                "$['a           | expected ' at the end",
                "$['\\x']       | at character 5: no escape",
                "$['\\u12']     | no escape",
                "$[             | expected a name in quotes",
                "$[0            | expected ]"
            })
    void aPathThatIsNoneSaysWhatIsWrongAndWhere(String path, String problem) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonPath.parse(path))
                .withMessageContaining(problem);
    }
}
