package io.caravan.console;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tells requests of the console's own pages, and of programs, from those that a web page of somebody else makes a browser
 * send. Two things give the latter away: an {@code Origin} that is not the address asked for, and, after DNS rebinding, a
 * {@code Host} that is a name of theirs. A browser lets no page set either. Immutable.
 */
final class SameOrigin {

    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]");

    private final String ownHost;

    /** @param ownHost the configured name of this machine; addresses and localhost are taken besides */
    SameOrigin(String ownHost) {
        this.ownHost = ownHost.toLowerCase(Locale.ROOT);
    }

    /**
     * Why a request is refused; empty when it is not.
     *
     * @param host whom it asks, with the port where it has one; null where it does not say
     */
    Optional<String> refusal(String host, MultiMap headers) {
        if (host == null || !isOurs(nameOf(host))) {
            return Optional.of("Ask for this address by number, as localhost, or as caravan.management.host says");
        }
        String origin = headers.get(HttpHeaders.ORIGIN);
        String fetchSite = headers.get("Sec-Fetch-Site");
        boolean foreign = origin != null && !host.equalsIgnoreCase(authorityOf(origin))
                || fetchSite != null && !fetchSite.equals("same-origin") && !fetchSite.equals("none");
        return foreign ? Optional.of("Pages of other origins are not answered") : Optional.empty();
    }

    private boolean isOurs(String name) {
        return name.equals("localhost")
                || name.equals(ownHost)
                || ADDRESS.matcher(name).matches();
    }

    private static String nameOf(String host) {
        return host.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
    }

    private static String authorityOf(String origin) {
        try {
            return URI.create(origin).getRawAuthority();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
