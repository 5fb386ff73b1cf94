package io.caravan.decode;

import java.math.BigDecimal;

/**
 * What a number of a device stands for: the number times a factor, and an offset added. It is reckoned in decimals and rounded
 * once, so that 215 tenths are 21.5. Immutable.
 *
 * @param integer as what the number is read before, null for as it is
 * @param factor one that {@link #isFactor} takes
 * @param offset of the same magnitude at most
 */
public record Scale(IntegerType integer, BigDecimal factor, BigDecimal offset) {

    /** Numbers are what they stand for. */
    public static final Scale NONE = new Scale(null, BigDecimal.ONE, BigDecimal.ZERO);

    private static final BigDecimal LARGEST = new BigDecimal("1e15");
    private static final BigDecimal SMALLEST = new BigDecimal("1e-15");

    /** Whether a number is from 1e-15 to 1e15, or the same below 0: so no product is dear. */
    public static boolean isFactor(BigDecimal number) {
        BigDecimal size = number.abs();
        return size.compareTo(SMALLEST) >= 0 && size.compareTo(LARGEST) <= 0;
    }

    /** What a finite number stands for; it may be infinite, and NaN where it is none of the type of integers. */
    public double of(double number) {
        if (this == NONE) {
            return number;
        }
        double read = integer == null ? number : integer.of(number);
        return Double.isNaN(read)
                ? read
                : BigDecimal.valueOf(read).multiply(factor).add(offset).doubleValue();
    }
}
