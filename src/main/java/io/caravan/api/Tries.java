package io.caravan.api;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.vertx.ext.web.RoutingContext;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * How often an address may try to get in: with a token that is not good, or where tokens are to be had. Whoever has a good token
 * is not held up by others at the same address. Of IPv6, addresses count together whose first 64 bits are the same. Thread-safe.
 */
public final class Tries {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final int perMinute;
    private final Recent<Bucket> buckets = new Recent<>();

    public Tries(int perMinute) {
        this.perMinute = perMinute;
    }

    /** Counts a try; false, and the answer says when to come again, where there have been too many. */
    boolean admit(RoutingContext request) {
        ConsumptionProbe probe = buckets.compute(
                        network(addressOf(request)), known -> known == null ? Buckets.of(perMinute, MINUTE) : known)
                .tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            request.response().putHeader("Retry-After", Buckets.seconds(probe.getNanosToWaitForRefill()));
        }
        return probe.isConsumed();
    }

    static ApiProblem tooMany() {
        return ApiProblem.of(429, "Too many tries to sign in from this address");
    }

    static String addressOf(RoutingContext request) {
        return request.request().remoteAddress() == null
                ? ""
                : String.valueOf(request.request().remoteAddress().hostAddress());
    }

    /** The part of an address that one customer of a provider has. */
    static String network(String address) {
        if (!address.contains(":")) {
            return address;
        }
        try {
            InetAddress parsed = InetAddress.getByName(address.split("%", 2)[0]);
            return parsed instanceof Inet6Address
                    ? HexFormat.of().formatHex(Arrays.copyOf(parsed.getAddress(), 8))
                    : parsed.getHostAddress();
        } catch (UnknownHostException e) {
            return address;
        }
    }
}
