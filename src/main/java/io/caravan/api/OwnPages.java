package io.caravan.api;

import java.net.URI;
import org.apache.camel.Exchange;

/**
 * Refuses what a web page of somebody else makes a browser send: nobody signs in here, so a request that changes something must
 * not come from wherever its user happens to be. Programs say nothing of a page, and pass. Stateless.
 */
final class OwnPages {

    private OwnPages() {}

    /** @throws ApiProblem 403 when a browser says that the page is none of this server's */
    static void require(Exchange exchange) {
        String site = Request.header(exchange, "Sec-Fetch-Site");
        String origin = Request.header(exchange, "Origin");
        boolean foreign = site != null
                ? !site.equals("same-origin") && !site.equals("none")
                : origin != null
                        && !authorityOf(origin)
                                .equalsIgnoreCase(authorityOf(Request.header(exchange, Exchange.HTTP_URL)));
        if (foreign) {
            throw ApiProblem.forbidden("Pages of other origins may not ask for this");
        }
    }

    private static String authorityOf(String origin) {
        try {
            String authority = URI.create(origin).getRawAuthority();
            return authority == null ? "" : authority;
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
