package io.caravan.decode;

import io.caravan.reading.Quality;
import java.util.Locale;
import java.util.Set;

/**
 * What a device itself says of its values, and what that stands for. Immutable.
 *
 * @param good the texts, numbers and booleans that say that a value is good, as texts in lower case
 * @param uncertain those that say that it is to be used with care; what is in neither says that there is no usable value
 */
public record OwnQuality(Set<String> good, Set<String> uncertain) {

    private static final double EXACT = 0x1p53;

    /** A number as a word: the same for 192, 192.0 and 1.92e2. */
    public static String word(double number) {
        return number == Math.rint(number) && Math.abs(number) < EXACT
                ? Long.toString((long) number)
                : Double.toString(number);
    }

    Quality of(double said) {
        return of(word(said));
    }

    /** @param said a text or boolean as a text; null for an object or an array, which says nothing good */
    Quality of(String said) {
        String word = said == null ? null : said.strip().toLowerCase(Locale.ROOT);
        if (word != null && good.contains(word)) {
            return Quality.GOOD;
        }
        return word != null && uncertain.contains(word) ? Quality.UNCERTAIN : Quality.BAD;
    }
}
