package io.caravan.decode;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravan.decode.Measured.Form;
import io.caravan.f2.SampleParameters;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The values and times that the F2 system before this one took, read as it meant them: where it cut "27,5" to 27, "1e3" to 1
 * and took what it could not read for now, nothing is made up.
 */
class IotMeasurementRulesTest {

    private final F2Decoder decoder =
            new F2Decoder(SampleParameters.shipped().parameters(), ZoneId.of("Europe/Berlin"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "27.93            | 27.93 | ''",
                "12               | 12    | ''",
                "true             | 1     | ''",
                "\"27.93 °C\"     | 27.93 | °C",
                "\" -4.0 A \"     | -4    | A",
                "\"27.\"          | 27    | ''",
                "\"1e3\"          | 1000  | ''",
                "\"+5\"           | 5     | ''",
                "\".5\"           | 0.5   | ''",
                "\"50%\"          | 50    | %"
            })
    void aNumberIsANumberAlsoInATextWithItsUnit(String value, double number, String unit) throws Exception {
        Measured measured = measure(value);

        assertThat(measured.form()).isEqualTo(Form.NUMBER);
        assertThat(measured.value()).isEqualTo(number);
        assertThat(measured.unit()).isEqualTo(unit.isEmpty() ? null : unit);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"27,5\"", "\"n/a\"", "\"\"", "\"2.1.0\"", "\"2023-05-25\"", "\"NaN\"", "\"12:30\""})
    void whatIsNoNumberIsNoneAndNotItsBeginning(String value) throws Exception {
        assertThat(measure(value).form()).isEqualTo(Form.TEXT);
    }

    @ParameterizedTest
    @CsvSource({
        "1685027590.5,                        1685027590500000",
        "1685027590,                          1685027590000000",
        "1685027590543,                       1685027590543000",
        "'\"1685027590.5434\"',               1685027590543400",
        "'\"2023-05-25T15:13:10.5434Z\"',     1685027590543400",
        "'\"2023-05-25 15:13:10.543400+00:00\"', 1685027590543400",
        "'\"2023-05-25T15:13:10.543400\"',    1685020390543400",
        "'\"2023-05-25 15:13:10.543400\"',    1685020390543400",
        "null,                                -9223372036854775808"
    })
    void aTimeIsIsoOrANumberAndWithoutZoneThatOfTheDialect(String time, long micros) throws Exception {
        assertThat(decode("{\"timestamp\":" + time + ",\"x\":1}").timestamp()).isEqualTo(micros);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"yesterday\"", "\"\"", "-1", "{}", "true"})
    void whatIsNoTimeIsNotNow(String time) {
        assertThatThrownBy(() -> decode("{\"timestamp\":" + time + ",\"x\":1}"))
                .isInstanceOfSatisfying(
                        Undecodable.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_TIMESTAMP));
    }

    private Measured measure(String value) throws Undecodable {
        return decode("{\"x\":" + value + "}").measured().get(0);
    }

    private Decoded decode(String payload) throws Undecodable {
        String topic = "stat/f2-ac1234567890/access-control-mode/1/strike-1";
        return decoder.decode(new RawMessage("f2", topic, null, "f2-ac1234567890", 0, payload.getBytes(UTF_8)));
    }
}
