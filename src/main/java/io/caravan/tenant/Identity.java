package io.caravan.tenant;

import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Who asks, as a verified token says it. Immutable.
 *
 * @param tenant whose data it may have; null for an admin that names none
 * @param subject whom the token was made for, such as {@code user-acme}
 * @param deviceTypes the only types of devices that an {@link Role#APP} may see; empty for every other role
 */
public record Identity(String tenant, Role role, String subject, Set<String> deviceTypes) {

    private static final Pattern TENANT = Pattern.compile("[^/+#\\p{Cntrl}]{1,200}");

    /** Who everybody is where nobody has to sign in. */
    public static final Identity ANYBODY = new Identity(null, Role.ADMIN, "anybody", Set.of());

    public Identity {
        Objects.requireNonNull(role);
        Objects.requireNonNull(subject);
        deviceTypes = Set.copyOf(deviceTypes);
        if (tenant == null && role != Role.ADMIN) {
            throw new IllegalArgumentException("only an admin is of no tenant");
        }
    }

    /** Someone who is no application. */
    public Identity(String tenant, Role role, String subject) {
        this(tenant, role, subject, Set.of());
    }

    /** Whether a text can be a tenant's name: as in topics of devices, 1 to 200 characters. */
    public static boolean isTenant(String text) {
        return TENANT.matcher(text).matches();
    }

    /** Whether it may have the data of a tenant. */
    public boolean mayEnter(String other) {
        return role == Role.ADMIN || other.equals(tenant);
    }
}
