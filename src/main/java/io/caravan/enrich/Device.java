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
 */
public record Device(String tenant, String id, String deviceType, String site, String zone, boolean untyped) {}
