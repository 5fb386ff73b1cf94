package io.caravan.registry;

import java.util.Locale;

/** Which of some words was meant by one that is none of them. Stateless. */
public final class Nearest {

    private static final int LONGEST = 64;

    private Nearest() {}

    /** {@code : did you mean timestamp?}, or nothing where no word is near: two letters away at most, and a third of its own. */
    public static String hint(String given, Iterable<String> words) {
        String nearest = null;
        int least = Math.min(2, given.length() / 3) + 1;
        for (String word : words) {
            int distance = given.length() > LONGEST || word.length() > LONGEST ? LONGEST : distance(given, word);
            if (distance < least) {
                least = distance;
                nearest = word;
            }
        }
        return nearest == null ? "" : ": did you mean " + nearest + "?";
    }

    /** How many letters are to be put in, left out, replaced or swapped with their neighbour, in upper or lower case. */
    private static int distance(String given, String word) {
        String from = given.toLowerCase(Locale.ROOT);
        String to = word.toLowerCase(Locale.ROOT);
        int[][] rows = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                if (i == 0 || j == 0) {
                    rows[i][j] = i + j;
                    continue;
                }
                int replaced = rows[i - 1][j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                rows[i][j] = Math.min(replaced, 1 + Math.min(rows[i - 1][j], rows[i][j - 1]));
                if (i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1)) {
                    rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
                }
            }
        }
        return rows[from.length()][to.length()];
    }
}
