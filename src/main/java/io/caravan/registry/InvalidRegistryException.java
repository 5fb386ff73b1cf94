package io.caravan.registry;

import java.util.List;

/** A registry file that cannot be used: what is wrong with it, each problem on one line with its place. */
final class InvalidRegistryException extends Exception {

    private final transient List<String> problems;

    InvalidRegistryException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** At least one. */
    List<String> problems() {
        return problems;
    }
}
