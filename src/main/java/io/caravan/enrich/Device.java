package io.caravan.enrich;

/**
 * An entry of the device directory.
 *
 * @param tenant the tenant that the device belongs to
 * @param id the device's id, unique within the tenant
 * @param deviceType the type it was registered with, or null
 * @param site the site it stands on, or null
 * @param zone the zone of the site, or null
 * @param untyped whether it was added by a message that told no type, and none has since
 * @param decommissionedAt since when it takes no part any more, microseconds since the epoch; {@link #IN_SERVICE} where it does
 */
public record Device(
        String tenant, String id, String deviceType, String site, String zone, boolean untyped, long decommissionedAt) {

    /** When a device is decommissioned that is not. */
    public static final long IN_SERVICE = Long.MAX_VALUE;

    boolean isInService() {
        return decommissionedAt == IN_SERVICE;
    }
}
