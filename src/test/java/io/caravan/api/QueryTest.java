package io.caravan.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTest {

    private static Query query(String parameters) {
        return Query.of("/api/readings?" + parameters, Set.of("device", "from", "limit", "cursor"));
    }

    private static void assertBlames(String parameter, ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(type(ApiProblem.class))
                .satisfies(problem -> assertThat(problem.status()).isEqualTo(400))
                .satisfies(problem -> assertThat(problem.parameter()).isEqualTo(parameter));
    }

    @Test
    void valuesAreDecoded() {
        assertThat(query("device=a%2Fb%20%C3%BC+%2B").text("device", null)).isEqualTo("a/b ü +");
    }

    @Test
    void anEmptyValueIsAsGoodAsAbsent() {
        Query query = query("device=&from=&limit=&cursor=");

        assertThat(query.text("device", "x")).isEqualTo("x");
        assertThat(query.time("from", 7)).isEqualTo(7);
        assertThat(query.limit(100, 1000)).isEqualTo(100);
        assertThat(query.cursor(Long.class)).isNull();
    }

    @Test
    void unknownAndRepeatedParametersAreNamed() {
        assertBlames("devise", () -> query("devise=1"));
        assertBlames("device", () -> query("device=1&device=2"));
        assertBlames("device", () -> query("").required("device"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%zz", "%2", "%00", "%0a", "%ED%A0%80%7F"})
    void aTextThatNoIdentifierCanBeIsRefused(String device) {
        assertBlames("device", () -> query("device=" + device).text("device", null));
    }

    @Test
    void aTextIsBounded() {
        assertThat(query("device=" + "x".repeat(200)).text("device", null)).hasSize(200);
        assertBlames("device", () -> query("device=" + "x".repeat(201)).text("device", null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1001", "1.5", "x", "99999999999999999999", "%D9%A1"})
    void aLimitOutsideItsRangeIsRefused(String limit) {
        assertBlames("limit", () -> query("limit=" + limit).limit(100, 1000));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-21T10:15:30Z,              1795256130000000",
        "2026-11-21T10:15:30.123456Z,       1795256130123456",
        "2026-11-21T12:15:30%2B02:00,       1795256130000000",
        "2026-11-21%2010:15:30,             1795256130000000",
        "1795256130,                        1795256130000000",
        "1795256130123,                     1795256130123000",
        "1795256130123456,                  1795256130123456"
    })
    void timesHaveAnyFormThatDevicesMaySend(String text, long micros) {
        assertThat(query("from=" + text).time("from", 0)).isEqualTo(micros);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yesterday", "2026-13-01T00:00:00Z", "-5", "NaN", "2026-11-21T12:15:30+02:00"})
    void whatIsNoTimeIsRefused(String text) {
        assertBlames("from", () -> query("from=" + text).time("from", 0));
    }

    @Test
    void theLinkKeepsAllParametersButTheCursor() {
        Query query = query("device=a%2Fb%26c&limit=2&cursor=old&from=");

        assertThat(query.linkTo(Cursor.after(5L)))
                .isEqualTo("</api/readings?device=a%2Fb%26c&limit=2&cursor=" + Cursor.after(5L) + ">; rel=\"next\"");
    }
}
