package io.caravan.api;

import java.time.Instant;
import java.util.UUID;

/**
 * A request that was to change something, or several that were refused and alike. Immutable.
 *
 * @param id what the notes of what it has changed name it by
 * @param tenant whose data it was to change; {@link #NOBODY} where nobody has signed in
 * @param subject who asked, null where nobody has signed in
 * @param role the label of its role, likewise
 * @param query the query of a request that was not refused, else null
 * @param status the status it was answered with; 0 where the client had gone before the answer
 * @param times how many there were
 */
record AuditEntry(
        UUID id,
        Instant at,
        String tenant,
        String subject,
        String role,
        String method,
        String path,
        String query,
        int status,
        String address,
        int times) {

    /** No tenant is called so. */
    static final String NOBODY = "/";

    /** Whether nothing has changed, for the fault was the client's, or it was gone before it had signed in. */
    boolean isRefused() {
        return status >= 400 && status < 500 || status == 0 && subject == null;
    }

    AuditEntry times(int many) {
        return new AuditEntry(id, at, tenant, subject, role, method, path, query, status, address, many);
    }
}
