package io.caravan.reading;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Float32Test {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "25.3",
                "21.3",
                "0.1",
                "-40.05",
                "230.7",
                "1234567.1",
                "1.1884683E13",
                "3.4028235E38",
                "16777216",
                "123456790",
                "0.000123",
                "0"
            })
    void itIsTheNumberThatWasMeant(String meant) {
        assertThat(Float32.meant(Float.parseFloat(meant))).isEqualTo(Double.parseDouble(meant));
    }

    @Test
    void everyDecimalOfSixDigitsComesBackAndEveryFloatStaysTheSameFloat() {
        Random random = new Random(7);
        for (int i = 0; i < 100_000; i++) {
            double six = BigDecimal.valueOf(random.nextInt(2_000_000) - 1_000_000, random.nextInt(12))
                    .doubleValue();
            assertThat(Float32.meant((float) six)).isEqualTo(six);
            float any = Float.intBitsToFloat(random.nextInt());
            assertThat(Float.valueOf((float) Float32.meant(any))).isEqualTo(Float.valueOf(any));
        }
    }

    @Test
    void ofTwoDecimalsThatAreAsNearItIsTheEvenOne() {
        assertThat(Float32.meant(-53262.8125f)).isEqualTo(-53262.812);
        assertThat(Float32.meant(53262.9375f)).isEqualTo(53262.938);
    }

    @Test
    void whatIsNoNumberStaysNone() {
        assertThat(Float32.meant(Float.NaN)).isNaN();
        assertThat(Float32.meant(Float.NEGATIVE_INFINITY)).isEqualTo(Double.NEGATIVE_INFINITY);
    }
}
