package io.caravan.decode;

import java.util.ArrayList;
import java.util.List;

/** Reads the text of a {@link JsonPath}. Used once, by one thread. */
final class JsonPathParser {

    private static final String OFFERED = "only names, indices such as [0], [*] and .* are";

    private final String text;
    private int at;

    JsonPathParser(String text) {
        this.text = text;
    }

    List<JsonPath.Step> steps() {
        if (text.isEmpty() || text.charAt(0) != '$' && text.charAt(0) != '@') {
            throw new IllegalArgumentException("a path begins with $, such as $.data.temperature");
        }
        at = 1;
        List<JsonPath.Step> steps = new ArrayList<>();
        while (at < text.length()) {
            if (steps.size() == JsonPath.MOST_STEPS) {
                throw wrong("more than " + JsonPath.MOST_STEPS + " steps");
            }
            char c = text.charAt(at++);
            if (c == '.') {
                steps.add(afterDot());
            } else if (c == '[') {
                steps.add(inBrackets());
            } else {
                at--;
                throw wrong("expected . or [ here; a name with this character is written in brackets, such as ['"
                        + "switch:0']");
            }
        }
        return steps;
    }

    private JsonPath.Step afterDot() {
        if (at < text.length() && text.charAt(at) == '*') {
            at++;
            return JsonPath.Wildcard.ANY;
        }
        if (at < text.length() && text.charAt(at) == '.') {
            throw wrong("descendants (..) are not supported, " + OFFERED);
        }
        int start = at;
        while (at < text.length() && isNameCharacter(text.charAt(at), at == start)) {
            at++;
        }
        if (at == start) {
            throw wrong("expected a name; one with other characters is written in brackets, such as ['switch:0']");
        }
        return new JsonPath.Name(text.substring(start, at));
    }

    private static boolean isNameCharacter(char c, boolean first) {
        return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80 || !first && c >= '0' && c <= '9';
    }

    private JsonPath.Step inBrackets() {
        spaces();
        JsonPath.Step step;
        char c = at < text.length() ? text.charAt(at) : ']';
        if (c == '*') {
            at++;
            step = JsonPath.Wildcard.ANY;
        } else if (c == '\'' || c == '"') {
            step = new JsonPath.Name(quoted(c));
        } else if (c >= '0' && c <= '9') {
            step = new JsonPath.Index(index());
        } else {
            throw wrong(
                    c == '?' || c == '-' || c == ':'
                            ? "filters, slices and indices from the end are not supported, " + OFFERED
                            : "expected a name in quotes, an index or *");
        }
        spaces();
        if (at >= text.length() || text.charAt(at) != ']') {
            throw wrong(
                    at < text.length() && (text.charAt(at) == ':' || text.charAt(at) == ',')
                            ? "slices and unions are not supported, " + OFFERED
                            : "expected ]");
        }
        at++;
        return step;
    }

    private int index() {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        String digits = text.substring(start, at);
        if (digits.length() > 6 || digits.length() > 1 && digits.charAt(0) == '0') {
            at = start;
            throw wrong("an index is a number from 0 to 999999");
        }
        return Integer.parseInt(digits);
    }

    private String quoted(char quote) {
        StringBuilder name = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != quote) {
            char c = text.charAt(at++);
            if (c == '\\') {
                name.append(escaped(quote));
            } else if (c < 0x20) {
                at--;
                throw wrong("a control character in a name");
            } else {
                name.append(c);
            }
        }
        if (at >= text.length()) {
            throw wrong("expected " + quote + " at the end of the name");
        }
        at++;
        return name.toString();
    }

    private char escaped(char quote) {
        char c = at < text.length() ? text.charAt(at++) : ' ';
        switch (c) {
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case '/', '\\':
                return c;
            case 'u':
                if (at + 4 <= text.length()
                        && text.substring(at, at + 4).chars().allMatch(d -> Character.digit(d, 16) >= 0 && d < 0x80)) {
                    at += 4;
                    return (char) Integer.parseInt(text.substring(at - 4, at), 16);
                }
                break;
            default:
                if (c == quote) {
                    return c;
                }
        }
        at--;
        throw wrong("no escape of JSON");
    }

    private void spaces() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("at character " + (at + 1) + ": " + what);
    }
}
