package io.caravan.api;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;

/**
 * Where a request ends, and whom it is of, must be plain: a proxy in front that takes it otherwise would let one client speak in
 * the other's name (RFC 9112, sections 3.2, 6.1 and 11.2). What contradicts itself Vert.x refuses by itself. Stateless.
 */
final class Framing {

    private static final List<String> ONCE = List.of("Host", "Authorization", "Transfer-Encoding");

    private Framing() {}

    /** What is wrong with a request; null where nothing is. */
    static ApiProblem fault(HttpServerRequest request, long mostBytes) {
        for (String header : ONCE) {
            if (request.headers().getAll(header).size() > 1) {
                return ApiProblem.of(400, "The header " + header + " may be given once only");
            }
        }
        String coding = request.getHeader("Transfer-Encoding");
        if (coding != null && !coding.strip().equalsIgnoreCase("chunked")) {
            return ApiProblem.of(400, "No transfer coding but chunked is known");
        }
        String length = request.getHeader("Content-Length");
        return length != null && length.matches("\\d{1,18}") && Long.parseLong(length) > mostBytes
                ? tooLarge(mostBytes)
                : null;
    }

    /** Whether only its end will tell how long its body is. */
    static boolean isOfUntoldLength(HttpServerRequest request) {
        return request.getHeader("Transfer-Encoding") != null
                || request.version() == HttpVersion.HTTP_2 && request.getHeader("Content-Length") == null;
    }

    static ApiProblem tooLarge(long mostBytes) {
        return ApiProblem.of(413, "A body may have " + mostBytes + " bytes at most");
    }
}
