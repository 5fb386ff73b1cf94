package io.caravan.decode;

import io.caravan.decode.Measured.Form;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Resolves the records of one SenML pack: base fields apply to the record that has them and to those after it. Told of the
 * fields of a record in any order, then of its end. Used once, by one thread. Source: RFC 8428, section 4.
 */
final class SenmlPack {

    /** Below it a time is relative to "now", the receipt (4.5.3): 2^28 seconds. */
    private static final long FIRST_ABSOLUTE = (1L << 28) * 1_000_000;

    private static final double LAST_SECOND = 1e12;
    private static final int VERSION = 10;
    private static final int LONGEST_UNIT = 32;
    private static final int VALUES = SenmlField.VALUE.bit()
            | SenmlField.STRING_VALUE.bit()
            | SenmlField.BOOLEAN_VALUE.bit()
            | SenmlField.DATA_VALUE.bit();
    private static final int BASE = SenmlField.VERSION.bit()
            | SenmlField.BASE_NAME.bit()
            | SenmlField.BASE_TIME.bit()
            | SenmlField.BASE_UNIT.bit()
            | SenmlField.BASE_VALUE.bit()
            | SenmlField.BASE_SUM.bit();

    private final RawMessage raw;
    private final List<Measured> measured = new ArrayList<>();
    private final Set<String> metrics = new LinkedHashSet<>();
    private Map<String, SenmlName> names = new HashMap<>();
    private int record = 1;
    private long newest = Decoded.NO_TIME;
    private boolean clockless;
    private boolean text;

    private double version = Double.NaN;
    private String baseName = "";
    private String baseUnit;
    private long baseTime;
    private double baseValue = Double.NaN;
    private double baseSum = Double.NaN;

    private int seen;
    private String name;
    private String unit;
    private double value;
    private double sum;
    private long time;

    SenmlPack(RawMessage raw) {
        this.raw = raw;
    }

    /** A field that the record has; it is an error to have one twice. */
    void sees(SenmlField field) throws Undecodable {
        if ((seen & field.bit()) != 0) {
            throw fault(field.label + " comes twice");
        }
        seen |= field.bit();
    }

    /** A field that the RFC does not have: passed over, unless its name says that it must not be (4.4). */
    void unknown(String label) throws Undecodable {
        if (label.endsWith("_")) {
            throw fault(Text.excerpt(label) + " must be understood, and is not");
        }
    }

    void text(SenmlField field, String given) throws Undecodable {
        switch (field) {
            case BASE_NAME -> {
                if (!given.equals(baseName)) {
                    baseName = given;
                    names = new HashMap<>();
                }
            }
            case BASE_UNIT -> baseUnit = unit(field, given);
            case NAME -> name = given;
            case UNIT -> unit = unit(field, given);
            default -> {
                // a value that is no number is in the event
            }
        }
    }

    void number(SenmlField field, double number) throws Undecodable {
        switch (field) {
            case VERSION -> version(number);
            case BASE_TIME -> baseTime = micros(field, number);
            case BASE_VALUE -> baseValue = finite(field, number);
            case BASE_SUM -> baseSum = finite(field, number);
            case VALUE -> value = number;
            case SUM -> sum = number;
            case TIME -> time = micros(field, number);
            default -> {
                // the update time says nothing of the value
            }
        }
    }

    void truth(boolean truth) {
        value = truth ? 1 : 0;
    }

    /** The record is complete. */
    void end() throws Undecodable {
        if ((seen & ~BASE) != 0) {
            resolve();
        }
        seen = 0;
        name = null;
        unit = null;
        time = 0;
        record++;
    }

    private void resolve() throws Undecodable {
        int kind = seen & VALUES;
        boolean summed = has(SenmlField.SUM) || !Double.isNaN(baseSum);
        if ((kind & kind - 1) != 0) {
            throw fault("more than one of v, vs, vb and vd");
        }
        if (kind == 0 && Double.isNaN(baseValue) && !summed) {
            throw fault("none of v, vs, vb, vd and s");
        }
        String inUnit = unit != null ? unit : baseUnit;
        String metric = metric(inUnit);
        long at = baseTime + time;
        boolean relative = at < FIRST_ABSOLUTE;
        if (relative) {
            at += raw.receivedAt();
            clockless = true;
        } else {
            newest = Math.max(newest, at);
        }
        if (!Timestamps.isTime(at)) {
            throw new Undecodable(Reason.INVALID_TIMESTAMP, where() + "no time between 1970 and 9999");
        }
        if (has(SenmlField.STRING_VALUE) || has(SenmlField.DATA_VALUE)) {
            text = true;
            add(new Measured(metric, Double.NaN, inUnit, Form.TEXT, at, relative));
        } else if (has(SenmlField.BOOLEAN_VALUE)) {
            number(metric, value, inUnit, at, relative);
        } else if (kind != 0 || !Double.isNaN(baseValue)) {
            number(metric, sum(baseValue, kind != 0 ? value : 0), inUnit, at, relative);
        }
        if (summed) {
            String seconds = inUnit == null ? null : inUnit + " s";
            number(sumOf(metric), sum(baseSum, has(SenmlField.SUM) ? sum : 0), seconds, at, relative);
        }
    }

    private boolean has(SenmlField field) {
        return (seen & field.bit()) != 0;
    }

    private String metric(String inUnit) throws Undecodable {
        String own = name == null ? "" : name;
        SenmlName known = names.get(own);
        if (known == null) {
            String whole = baseName + own;
            if (!SenmlName.isValid(whole)) {
                throw new Undecodable(
                        Reason.INVALID_METRIC,
                        where() + "a name is 1 to 200 letters, digits and -:./_, a letter or digit first: "
                                + Text.excerpt(whole));
            }
            known = SenmlName.of(whole, raw.device());
            names.put(own, known);
            if (!known.endsWithUnit()) {
                metrics.add(known.metric());
            }
        }
        if (!known.endsWithUnit()) {
            return known.metric();
        }
        String metric = known.with(inUnit);
        metrics.add(metric);
        return metric;
    }

    private String sumOf(String metric) throws Undecodable {
        String name = metric + ".sum";
        if (name.length() > 200) {
            throw new Undecodable(
                    Reason.INVALID_METRIC, where() + "too long a name for a sum: " + Text.excerpt(metric));
        }
        return name;
    }

    private void number(String metric, double number, String inUnit, long at, boolean relative) throws Undecodable {
        boolean finite = Double.isFinite(number);
        add(new Measured(
                metric, finite ? number : Double.NaN, inUnit, finite ? Form.NUMBER : Form.OVERFLOW, at, relative));
    }

    private void add(Measured reading) throws Undecodable {
        if (measured.size() == Decoded.MOST_VALUES) {
            throw new Undecodable(Reason.TOO_LARGE, "more than " + Decoded.MOST_VALUES + " values in one message");
        }
        measured.add(reading);
    }

    private void version(double number) throws Undecodable {
        if (!(number >= 1 && number <= VERSION && number == Math.rint(number))) {
            throw fault("the version (bver) is none from 1 to " + VERSION);
        }
        if (number != version && !Double.isNaN(version)) {
            throw fault("another version (bver) than the records before");
        }
        version = number;
    }

    private String unit(SenmlField field, String given) throws Undecodable {
        if (given.length() > LONGEST_UNIT || !Text.isClean(given)) {
            throw fault(field.label + " is longer than " + LONGEST_UNIT + " characters, or holds control characters");
        }
        return given.isEmpty() ? null : given;
    }

    /** To the microsecond: a double holds the seconds of today to a quarter of one. */
    private long micros(SenmlField field, double seconds) throws Undecodable {
        if (!(Math.abs(seconds) <= LAST_SECOND)) {
            throw new Undecodable(Reason.INVALID_TIMESTAMP, where() + field.label + " is no time");
        }
        double whole = Math.floor(seconds);
        return (long) whole * 1_000_000 + Math.round((seconds - whole) * 1e6);
    }

    private double finite(SenmlField field, double number) throws Undecodable {
        if (!Double.isFinite(number)) {
            throw fault(field.label + " is a number that no double holds");
        }
        return number;
    }

    /** Of a base, NaN where there is none, and a number: of both as the decimals that they are, so that 20.1 and 0.2 are 20.3. */
    private static double sum(double base, double number) {
        if (Double.isNaN(base) || !Double.isFinite(number)) {
            return number;
        }
        return BigDecimal.valueOf(base).add(BigDecimal.valueOf(number)).doubleValue();
    }

    /** A breach of the rules in the record that is being read. */
    Undecodable fault(String what) {
        return new Undecodable(Reason.MALFORMED_SENML, where() + what);
    }

    String where() {
        return "record " + record + ": ";
    }

    /** Whether it has values that are no numbers. */
    boolean hasText() {
        return text;
    }

    /**
     * The message, once all records have ended. Its time is the newest of its records; where a record has none but that of
     * the receipt, the message has none.
     *
     * @param body the pack as one JSON value, null where that is the payload
     */
    Decoded decoded(Slice body) throws Undecodable {
        if (measured.isEmpty()) {
            throw new Undecodable(Reason.EMPTY_MESSAGE, "no value in the pack: an array is read as SenML (RFC 8428)");
        }
        List<String> top = metrics.stream()
                .map(metric -> metric.indexOf('.') > 0 ? metric.substring(0, metric.indexOf('.')) : metric)
                .distinct()
                .toList();
        return Decoded.of(raw.device(), clockless ? Decoded.NO_TIME : newest, PayloadHash.of(raw.payload()))
                .measured(measured, top)
                .body(body)
                .build();
    }
}
