package io.caravan.decode;

/** What may stand in an identifier. Stateless. */
public final class Text {

    private static final int LONGEST_ID = 200;
    private static final int LONGEST_EXCERPT = 80;

    private Text() {}

    /** Whether a text holds neither control characters (a NUL, which PostgreSQL refuses, among them) nor lone surrogates. */
    public static boolean isClean(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c >= 0x7f && c < 0xa0) {
                return false;
            }
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** Whether a text can be an identifier: 1 to 200 characters that are clean and not all blank. */
    public static boolean isId(String text) {
        return !text.isBlank() && text.length() <= LONGEST_ID && isClean(text);
    }

    /** Whether a path can name it: there, . and .. mean something else, percent-encoded as well (RFC 3986, 6.2.2). */
    public static boolean isNameable(String id) {
        return !id.equals(".") && !id.equals("..");
    }

    /**
     * An identifier, as it is.
     *
     * @param what what it identifies, for the message
     * @throws Undecodable {@link Reason#INVALID_ID} when it is empty, longer than 200 characters or not clean
     */
    public static String id(String what, String id) throws Undecodable {
        if (!isId(id)) {
            throw new Undecodable(
                    Reason.INVALID_ID,
                    what + " must be 1 to " + LONGEST_ID + " characters without control characters: " + excerpt(id));
        }
        return id;
    }

    /** The start of a text, fit to be shown: what is not printable becomes a question mark. */
    public static String excerpt(String text) {
        String start = printable(text.substring(0, Math.min(text.length(), LONGEST_EXCERPT)));
        return "'" + start + (text.length() > LONGEST_EXCERPT ? "...'" : "'");
    }

    /** The text with a question mark for each character that is not printable. */
    public static String printable(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            shown.append(c < 0x20 || c >= 0x7f && c < 0xa0 || Character.isSurrogate(c) ? '?' : c);
        }
        return shown.toString();
    }
}
