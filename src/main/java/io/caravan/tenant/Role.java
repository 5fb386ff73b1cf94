package io.caravan.tenant;

import java.util.Locale;
import java.util.Optional;

/** What someone may do, from much to little. */
public enum Role {
    /** Reads and changes what belongs to any tenant. */
    ADMIN,
    /** Reads and changes what belongs to its tenant. */
    OPERATOR,
    /** Reads what belongs to its tenant. */
    VIEWER,
    /** Reads the devices of its types, and what they have measured. */
    APP;

    /** The name in tokens and on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The role of a name; empty for a name of something else. */
    public static Optional<Role> of(String label) {
        for (Role role : values()) {
            if (role.label().equals(label)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }
}
