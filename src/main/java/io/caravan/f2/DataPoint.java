package io.caravan.f2;

import io.caravan.reading.Float32;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * One number in the frames of a kind of sensor: what stands there, times the scale, divided by ten to the power of the
 * decimals, rounded once. Immutable.
 *
 * @param label its name, such as {@code Relative Humidity}
 * @param unit its unit, empty where it has none
 * @param offset the first of its bytes, counted from 0
 * @param decimals how many of the number's decimal digits stand behind the point, 0 to {@value #MOST_DECIMALS}
 * @param scale 1 where the number is taken as it is
 */
public record DataPoint(
        String label, String unit, DataFormat format, ByteOrder order, int offset, int decimals, BigDecimal scale) {

    /** Ten to this power is exact, and so is every quotient of a 32-bit number by it, rounded once. */
    public static final int MOST_DECIMALS = 15;

    private static final double[] POWERS = new double[MOST_DECIMALS + 1];

    static {
        for (int i = 0; i <= MOST_DECIMALS; i++) {
            POWERS[i] = Double.parseDouble("1e" + i);
        }
    }

    /** The label as a part of a metric: lower case, with _ for blanks. */
    public String metric() {
        return metricOf(label);
    }

    /** A label as a part of a metric: lower case, with _ for blanks. */
    public static String metricOf(String label) {
        return label.strip().toLowerCase(Locale.ROOT).replace(' ', '_');
    }

    /** The unit of a value that is shown with these texts around it: the one behind it, else the one before it. */
    public static String unitOf(String prepend, String append) {
        return append.isBlank() ? prepend.strip() : append.strip();
    }

    /** Whether a frame reaches to its end. */
    public boolean isWithin(ByteBuffer frame) {
        return offset + format.bytes() <= frame.limit();
    }

    /**
     * Its value in a frame that reaches to its end; not finite where the frame says so, which only floats can.
     *
     * @param frame is left in another byte order
     */
    public double read(ByteBuffer frame) {
        double raw = format.read(frame.order(order), offset);
        boolean exact = format != DataFormat.FLOAT32 || decimals == 0;
        if (exact && scale.equals(BigDecimal.ONE) || !Double.isFinite(raw)) {
            return raw / POWERS[decimals];
        }
        // not Double.toString, of which Java 17 makes a digit too many now and then
        BigDecimal number = format == DataFormat.FLOAT32 ? Float32.decimal((float) raw) : BigDecimal.valueOf(raw);
        return number.multiply(scale).movePointLeft(decimals).doubleValue();
    }
}
