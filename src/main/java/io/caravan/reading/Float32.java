package io.caravan.reading;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * What a 32-bit float means. Whoever sends 25.3 as one sends 25.299999237060547, and has never seen that number: so it is the
 * decimal number of 6 to 9 significant digits, as few as will do, whose nearest float it is; of two that are as near, the one whose
 * last digit is even, as C's printf has it. It becomes the same float again.
 * Not {@code Float.toString}, which before Java 19 has a digit too many now and then. Stateless.
 */
public final class Float32 {

    /** Every decimal number of so many digits comes back from a float (C's FLT_DIG); none needs more than 9. */
    private static final int FEWEST_DIGITS = 6;

    private static final int MOST_DIGITS = 9;

    /** Up to here a float without a fraction is exact. */
    private static final int WHOLE = 1 << 24;

    private Float32() {}

    /** The number that a float means; itself where it is none, or not finite. */
    public static double meant(float number) {
        if (!Float.isFinite(number) || Math.abs(number) <= WHOLE && (int) number == number) {
            return number;
        }
        return decimal(number).doubleValue();
    }

    /** The same of a finite float, as the decimal number that it is. */
    public static BigDecimal decimal(float number) {
        BigDecimal exact = new BigDecimal(number);
        BigDecimal rounded = exact;
        for (int digits = FEWEST_DIGITS; digits <= MOST_DIGITS; digits++) {
            rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (rounded.floatValue() == number) {
                break;
            }
        }
        return rounded;
    }
}
