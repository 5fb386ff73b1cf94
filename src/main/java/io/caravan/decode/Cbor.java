package io.caravan.decode;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/**
 * Goes over CBOR item by item. Strict: what is not well-formed, or a text that is no UTF-8, is a fault. Nothing is allocated
 * for what is announced and not there. Used by one thread. Source: RFC 8949, section 3 and appendix F.
 */
final class Cbor {

    static final int UNSIGNED = 0;
    static final int NEGATIVE = 1;
    static final int BYTES = 2;
    static final int TEXT = 3;
    static final int ARRAY = 4;
    static final int MAP = 5;
    static final int TAG = 6;
    static final int OTHER = 7;

    /** The tags of whole numbers beyond 64 bits (RFC 8949, 3.4.3), and of a binary fraction (3.4.4). */
    static final long BIGNUM = 2;

    static final long NEGATIVE_BIGNUM = 3;
    static final long BIGFLOAT = 5;
    /** The tag of a decimal fraction (RFC 8949, 3.4.4). */
    static final long DECIMAL_FRACTION = 4;
    /** The tag that says that this is CBOR (RFC 8949, 3.4.6). */
    static final long SELF_DESCRIBED = 55_799;

    private static final int INDEFINITE = 31;
    private static final int FALSE = 20;
    private static final int TRUE = 21;
    private static final int LARGEST_EXPONENT = 400;

    private final byte[] bytes;
    private final Reason fault;
    private int at;
    private int start;
    private int major;
    private int info;
    private long argument;

    Cbor(byte[] bytes) {
        this(bytes, Reason.MALFORMED_SENML);
    }

    /** @param fault of what is not well-formed */
    Cbor(byte[] bytes, Reason fault) {
        this.bytes = bytes;
        this.fault = fault;
    }

    /** Reads the head of the next item; answers its major type. */
    int next() throws Undecodable {
        start = at;
        int first = octet();
        major = first >> 5;
        info = first & 31;
        switch (info) {
            case 24 -> argument = octet();
            case 25 -> argument = octets(2);
            case 26 -> argument = octets(4);
            case 27 -> argument = octets(8);
            case 28, 29, 30 -> throw fault("a reserved length");
            case INDEFINITE -> {
                if (major < BYTES || major == TAG) {
                    throw fault("a number or tag without end");
                }
                argument = 0;
            }
            default -> argument = info;
        }
        if (major == OTHER && info == 24 && argument < 32) {
            throw fault("a simple value of two bytes that needs one");
        }
        return major;
    }

    int major() {
        return major;
    }

    boolean isAtEnd() {
        return at == bytes.length;
    }

    boolean isIndefinite() {
        return info == INDEFINITE;
    }

    /** Whether the item is the end of one of indefinite length. */
    boolean isBreak() {
        return major == OTHER && info == INDEFINITE;
    }

    boolean isTruth() {
        return major == OTHER && (info == FALSE || info == TRUE);
    }

    boolean truth() {
        return info == TRUE;
    }

    boolean isFloat() {
        return major == OTHER && info >= 25 && info <= 27;
    }

    /** Whether the float has 32 bits. */
    boolean isSingle() {
        return info == 26;
    }

    /** How many bytes, items or pairs follow, the tag's number, or the number itself; 64 bits without sign. */
    long argument() {
        return argument;
    }

    /**
     * How many items or pairs a list says that it has, -1 where its end is marked.
     *
     * @throws Undecodable when the payload ends before so many can
     */
    int count() throws Undecodable {
        return isIndefinite() ? -1 : within(argument);
    }

    /** The whole number that the item is, where a long holds it. */
    long integer() throws Undecodable {
        if (argument < 0) {
            throw fault("a whole number beyond 64 bits");
        }
        return major == NEGATIVE ? -1 - argument : argument;
    }

    /** The number that the item is: whole, floating-point, or a decimal fraction. */
    double number() throws Undecodable {
        if (major == TAG) {
            return decimal();
        }
        if (major == OTHER) {
            return switch (info) {
                case 25 -> half((int) argument);
                case 26 -> Float.intBitsToFloat((int) argument);
                default -> Double.longBitsToDouble(argument);
            };
        }
        if (argument >= 0) {
            return integer();
        }
        double magnitude = (argument >>> 1 | argument & 1) * 2.0; // from 2^63 on, where 1 more or less is nothing
        return major == NEGATIVE ? -magnitude : magnitude;
    }

    /** The text that the item is, in one piece or in several. */
    String text() throws Undecodable {
        if (!isIndefinite()) {
            return chunk();
        }
        StringBuilder text = new StringBuilder();
        while (piece(TEXT)) {
            text.append(chunk());
        }
        return text.toString();
    }

    /** The octets that the item is, in one piece or in several. */
    byte[] octets() throws Undecodable {
        if (!isIndefinite()) {
            int length = within(argument);
            at += length;
            return java.util.Arrays.copyOfRange(bytes, at - length, at);
        }
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        while (piece(BYTES)) {
            all.writeBytes(octets());
        }
        return all.toByteArray();
    }

    /** Moves on to the next piece of a text or byte string without length; false at its end. */
    private boolean piece(int of) throws Undecodable {
        next();
        if (isBreak()) {
            return false;
        }
        if (major != of || isIndefinite()) {
            throw fault("a string in pieces that are none");
        }
        return true;
    }

    private String chunk() throws Undecodable {
        int length = within(argument);
        if (!Utf8.isValid(bytes, at, at + length)) {
            throw fault("a text that is no UTF-8");
        }
        at += length;
        return new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }

    /** An array of exponent and mantissa, both whole numbers. An exponent beyond that of any double needs no arithmetic. */
    private double decimal() throws Undecodable {
        if (next() != ARRAY || isIndefinite() || argument != 2) {
            throw fault("a decimal fraction that is no pair");
        }
        long exponent = whole();
        long mantissa = whole();
        if (mantissa == 0 || exponent < -LARGEST_EXPONENT) {
            return 0;
        }
        if (exponent > LARGEST_EXPONENT) {
            return mantissa < 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        return BigDecimal.valueOf(mantissa, (int) -exponent).doubleValue();
    }

    private long whole() throws Undecodable {
        if (next() > NEGATIVE) {
            throw fault("a decimal fraction of other than whole numbers");
        }
        return integer();
    }

    /** RFC 8949, appendix D. */
    private static double half(int bits) {
        int exponent = bits >> 10 & 0x1f;
        int mantissa = bits & 0x3ff;
        double magnitude = exponent == 0
                ? Math.scalb((double) mantissa, -24)
                : exponent == 31
                        ? mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN
                        : Math.scalb((double) (mantissa + 1_024), exponent - 25);
        return (bits & 0x8000) == 0 ? magnitude : -magnitude;
    }

    private int within(long length) throws Undecodable {
        if (length < 0 || length > bytes.length - at) {
            throw fault("it ends too early");
        }
        return (int) length;
    }

    private int octet() throws Undecodable {
        if (at == bytes.length) {
            throw fault("it ends too early");
        }
        return bytes[at++] & 0xff;
    }

    private long octets(int count) throws Undecodable {
        long number = 0;
        for (int i = 0; i < count; i++) {
            number = number << 8 | octet();
        }
        return number;
    }

    /** What is wrong with the item that was begun last. */
    Undecodable fault(String what) {
        return new Undecodable(fault, "no CBOR at byte " + start + ": " + what);
    }
}
