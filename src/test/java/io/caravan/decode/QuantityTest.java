package io.caravan.decode;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {

    @ParameterizedTest
    @CsvSource({
        "27.93 °C, 27.93, °C",
        "27.93°C, 27.93, °C",
        "27.93, 27.93,",
        "' 5 ', 5,",
        "+5, 5,",
        "-.5 V, -0.5, V",
        "5., 5,",
        "1e3, 1000,",
        "1E-3 mA, 0.001, mA",
        "5 e, 5, e",
        "5e, 5, e",
        "60 %, 60, %",
        "60%RH, 60, %RH",
        "9.81 m/s2, 9.81, m/s2",
        "3 m3/h, 3, m3/h",
        "12 µg/m3, 12, µg/m3",
        "12 µg/m³, 12, µg/m³",
        "7 '', 7, ''''''",
        "400 ppm, 400, ppm",
        "16A, 16, A",
        "5dB, 5, dB",
        "12V DC, 12, V DC",
        "12 cd, 12, cd",
        "12.0cd, 12, cd",
        "10x, 10, x",
        "0bar, 0, bar"
    })
    void aNumberWithAUnitToItsEndIsAQuantity(String text, double value, String unit) {
        assertThat(Quantity.parse(text)).isEqualTo(new Quantity(value, text.equals("7 ''") ? "''" : unit));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-",
                ".",
                "e5",
                "abc",
                "2.1.0",
                "27,5",
                "1.234,5",
                "12:30",
                "12:30:00",
                "2026-11-21",
                "21.11.2026",
                "0x1F",
                "0xFF",
                "-0xA",
                "0XA",
                "001122aabbcc",
                "12AB",
                "7fe",
                "1B3",
                "2nd",
                "2nd floor",
                "1st",
                "1F2A",
                "f2-e4fd45f654be",
                "01 03 0C 32",
                "192.168.0.1",
                "NaN",
                "Infinity",
                "-Infinity",
                "1e999",
                "5 V; 6 V",
                "5 \u0000",
                "5 \ud800",
                "5 😀",
                "½",
                "٥",
                "5 - 6",
                "1 000",
                "#5",
                "5 this is a whole sentence"
            })
    void whatOnlyStartsLikeANumberIsNone(String text) {
        assertThat(Quantity.parse(text)).isNull();
    }

    @Test
    void aLongTextIsNone() {
        assertThat(Quantity.parse("1".repeat(1_000_000))).isNull();
        assertThat(Quantity.parse("1".repeat(65))).isNull();
        assertThat(Quantity.parse("1".repeat(64))).isNotNull();
    }
}
