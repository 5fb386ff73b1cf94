package io.caravan.decode;

/** How the bits of a register are an integer: signed ones are two's complement. */
public enum IntegerType {
    INT8(8, true),
    UINT8(8, false),
    INT16(16, true),
    UINT16(16, false),
    INT32(32, true),
    UINT32(32, false);

    private final int bits;
    private final boolean signed;

    IntegerType(int bits, boolean signed) {
        this.bits = bits;
        this.signed = signed;
    }

    /**
     * The integer of this type that has the same bits as another of this width, be that one signed or not: 65531 as
     * {@link #INT16} is -5.
     *
     * @return NaN for what is no integer of this width
     */
    double of(double number) {
        long all = 1L << bits;
        if (number != Math.rint(number) || number < -(all >> 1) || number >= all) {
            return Double.NaN;
        }
        if (signed) {
            return number < all >> 1 ? number : number - all;
        }
        return number < 0 ? number + all : number;
    }
}
