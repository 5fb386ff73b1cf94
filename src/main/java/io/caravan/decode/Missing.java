package io.caravan.decode;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * What a device sends where it has no value, such as {@code -999} and {@code "N/A"}: it stands for null. Immutable.
 *
 * @param numbers as the device sends them, before they are scaled
 * @param words in lower case
 */
public record Missing(Set<Double> numbers, Set<String> words) {

    /** Nothing does. */
    public static final Missing NONE = new Missing(Set.of(), Set.of());

    /** Both of these. */
    public Missing and(Missing others) {
        Set<Double> allNumbers = new HashSet<>(numbers);
        allNumbers.addAll(others.numbers);
        Set<String> allWords = new HashSet<>(words);
        allWords.addAll(others.words);
        return new Missing(Set.copyOf(allNumbers), Set.copyOf(allWords));
    }

    boolean has(double number) {
        return !numbers.isEmpty() && numbers.contains(number + 0.0); // -0 is 0
    }

    boolean has(String text) {
        return !words.isEmpty() && words.contains(text.strip().toLowerCase(Locale.ROOT));
    }
}
