package io.caravan.api;

import io.caravan.decode.Text;
import io.caravan.decode.Timestamps;
import io.caravan.decode.Undecodable;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The query parameters of one request. It accepts those that the endpoint knows, each once; a parameter without a value is
 * as good as absent. Every error is an {@link ApiProblem} that names the parameter. Immutable.
 */
final class Query {

    private static final int LONGEST_TEXT = 200;

    private final String path;
    private final Map<String, String> values;

    private Query(String path, Map<String, String> values) {
        this.path = path;
        this.values = values;
    }

    /**
     * @param uri path and query of a request, as they came
     * @param known the parameters of the endpoint
     */
    static Query of(String uri, Set<String> known) {
        int mark = uri.indexOf('?');
        String path = mark < 0 ? uri : uri.substring(0, mark);
        Map<String, String> values = new LinkedHashMap<>();
        String[] pairs = mark < 0 ? new String[0] : uri.substring(mark + 1).split("&");
        for (String pair : pairs) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = decoded("query", equals < 0 ? pair : pair.substring(0, equals));
            if (!known.contains(name)) {
                throw ApiProblem.parameter(
                        Text.printable(name),
                        "There is no such parameter here, "
                                + (known.isEmpty() ? "nor any other" : "only " + String.join(", ", known)));
            }
            if (values.put(name, equals < 0 ? "" : decoded(name, pair.substring(equals + 1))) != null) {
                throw ApiProblem.parameter(name, name + " may be given once only");
            }
        }
        return new Query(path, values);
    }

    private static String decoded(String name, String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiProblem.parameter(name, name + " has a % that two hexadecimal digits must follow");
        }
    }

    /** A text of at most 200 characters, or the fallback where it is absent. */
    String text(String name, String fallback) {
        String value = values.getOrDefault(name, "");
        if (value.isEmpty()) {
            return fallback;
        }
        if (value.length() > LONGEST_TEXT || !Text.isClean(value)) {
            throw ApiProblem.parameter(
                    name, name + " must be at most " + LONGEST_TEXT + " characters without control characters");
        }
        return value;
    }

    /** A text that must be there. */
    String required(String name) {
        String value = text(name, null);
        if (value == null) {
            throw ApiProblem.parameter(name, name + " is required");
        }
        return value;
    }

    /** true or false, null where it is absent. */
    Boolean flag(String name) {
        String value = text(name, null);
        if (value != null && !value.equals("true") && !value.equals("false")) {
            throw ApiProblem.parameter(name, name + " must be true or false");
        }
        return value == null ? null : Boolean.valueOf(value);
    }

    /** One of some words, null where it is absent. */
    String word(String name, List<String> words) {
        String value = text(name, null);
        if (value != null && !words.contains(value)) {
            throw ApiProblem.parameter(name, name + " must be one of " + String.join(", ", words));
        }
        return value;
    }

    /** A whole number from 0, null where it is absent. */
    Long number(String name) {
        String value = text(name, null);
        if (value != null && !value.matches("\\d{1,18}")) {
            throw ApiProblem.parameter(name, name + " must be a whole number");
        }
        return value == null ? null : Long.valueOf(value);
    }

    /** How many rows a page may have, from 1 to max. */
    int limit(int fallback, int max) {
        String value = values.getOrDefault("limit", "");
        if (value.isEmpty()) {
            return fallback;
        }
        // the pattern keeps the number within an int
        int limit = value.matches("\\d{1,9}") ? Integer.parseInt(value) : 0;
        if (limit < 1 || limit > max) {
            throw ApiProblem.parameter("limit", "limit must be a whole number from 1 to " + max);
        }
        return limit;
    }

    /** A time in microseconds since the epoch, in any form that messages of devices may have; without a zone it is UTC. */
    long time(String name, long fallback) {
        String value = values.getOrDefault(name, "");
        if (value.isEmpty()) {
            return fallback;
        }
        try {
            return Timestamps.ofText(value, ZoneOffset.UTC);
        } catch (Undecodable e) {
            throw ApiProblem.parameter(
                    name,
                    name + " must be a time such as 2026-11-21T10:15:30Z (a + of an offset is written %2B), or seconds,"
                            + " milliseconds or microseconds since 1970");
        }
    }

    /** Where the page begins, null for the first. */
    Cursor cursor(Class<?>... shape) {
        String value = values.getOrDefault(Cursor.PARAMETER, "");
        return value.isEmpty() ? null : Cursor.parse(value, shape);
    }

    /** The value of a Link header (RFC 8288) that leads to the next page of this list. */
    String linkTo(Cursor next) {
        StringBuilder link = new StringBuilder("<").append(path).append('?');
        values.forEach((name, value) -> {
            if (!name.equals(Cursor.PARAMETER) && !value.isEmpty()) {
                link.append(name).append('=').append(encoded(value)).append('&');
            }
        });
        return link.append(Cursor.PARAMETER)
                .append('=')
                .append(next)
                .append(">; rel=\"next\"")
                .toString();
    }

    static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
