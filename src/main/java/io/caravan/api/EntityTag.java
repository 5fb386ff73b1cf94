package io.caravan.api;

import java.util.Arrays;
import java.util.List;
import org.apache.camel.Exchange;

/**
 * Versions of what is stored, as entity tags (RFC 9110, 8.8.3). They are weak, for answers also say what changes by itself, such
 * as when a device was last heard of; {@code If-Match} takes them nevertheless, and compares the versions. Stateless.
 */
final class EntityTag {

    private static final String ANY = "*";

    private EntityTag() {}

    /** Says at which version the row of an answer is. */
    static void of(Exchange exchange, Row row) {
        exchange.getMessage().setHeader("ETag", "W/" + tagOf(row));
    }

    /**
     * The same for an answer whose version tells all that people look at it for.
     *
     * @throws NotModified when the request reads, and names this version as one that the client has
     */
    static void ofWhole(Exchange exchange, Row row) {
        String tag = tagOf(row);
        String known = Request.of(exchange).known();
        if (known != null
                && (known.strip().equals(ANY)
                        || Arrays.stream(known.split(","))
                                .map(String::strip)
                                .anyMatch(one -> one.matches("(W/)?" + tag)))) {
            throw new NotModified("W/" + tag);
        }
        of(exchange, row);
    }

    private static String tagOf(Row row) {
        return "\"" + row.micros("updated_at") + '"';
    }

    /** The versions of which the request wants one to be there; null where it does not say, empty where none can be. */
    static Long[] expected(Exchange exchange) {
        String header = Request.header(exchange, "If-Match");
        if (header == null || header.strip().equals(ANY)) {
            return null;
        }
        List<Long> versions = Arrays.stream(header.split(","))
                .map(String::strip)
                .filter(tag -> tag.matches("(W/)?\"\\d{1,18}\""))
                .map(tag -> Long.valueOf(tag.replaceAll("\\D", "")))
                .toList();
        return versions.toArray(new Long[0]);
    }

    /**
     * The same for a request that changes or ends what is there. With {@code If-None-Match: *} it wants nothing to be there, which
     * no version is.
     */
    static Long[] expectedOfExisting(Exchange exchange) {
        return mustBeNew(exchange) ? new Long[0] : expected(exchange);
    }

    /** Whether the request wants it to be there, at whatever version. */
    static boolean mustExist(Exchange exchange) {
        return Request.header(exchange, "If-Match") != null;
    }

    /** Whether the request wants it not to be there yet. */
    static boolean mustBeNew(Exchange exchange) {
        String header = Request.header(exchange, "If-None-Match");
        if (header != null && !header.strip().equals(ANY)) {
            throw ApiProblem.parameter("If-None-Match", "If-None-Match must be *");
        }
        return header != null;
    }

    /** 412: it is not as the request wants it to be. */
    static ApiProblem failed(String detail) {
        return ApiProblem.of(412, detail);
    }
}
