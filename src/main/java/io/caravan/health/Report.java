package io.caravan.health;

import java.util.List;

/**
 * The health of the process at one moment, as clients get it. Immutable.
 *
 * @param status UP or DOWN
 * @param checks one for each dependency
 */
public record Report(String status, List<Check> checks) {

    static final String UP = "UP";
    static final String DOWN = "DOWN";

    /**
     * What is known of one dependency.
     *
     * @param since when it became what it is, RFC 3339
     */
    public record Check(String name, String status, String detail, String since) {}

    static Report of(List<Check> checks) {
        boolean up = checks.stream().allMatch(check -> check.status().equals(UP));
        return new Report(up ? UP : DOWN, List.copyOf(checks));
    }

    /** 200 when up, 503 when down. */
    public int httpStatus() {
        return status.equals(UP) ? 200 : 503;
    }
}
