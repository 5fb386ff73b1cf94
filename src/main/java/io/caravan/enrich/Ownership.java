package io.caravan.enrich;

import io.caravan.decode.Decoded;
import io.caravan.decode.Reason;
import io.caravan.decode.Text;
import io.caravan.decode.Undecodable;

/**
 * Finds the tenant and the directory's entry of a message. The tenant is the topic's where it names one; else the
 * payload's, if the directory has that device of that tenant or auto-provisioning may add it; else, where the payload names
 * none, that of the directory's only device of that id; else {@code default}. Thread-safe.
 */
public final class Ownership {

    /** The tenant of devices that nobody claims. */
    public static final String DEFAULT_TENANT = "default";

    private final Directory directory;
    private final boolean autoProvision;

    public Ownership(Directory directory, boolean autoProvision) {
        this.directory = directory;
        this.autoProvision = autoProvision;
    }

    void requireDirectory() {
        if (!directory.isLoaded()) {
            throw new DirectoryUnavailable();
        }
    }

    /** Notes tenant and device; a device that is not known and may be provisioned is left null. */
    void assign(Parcel parcel) throws Undecodable {
        Decoded decoded = parcel.decoded;
        String id = Text.id("the device id", decoded.device());
        parcel.tenant = tenantOf(parcel, id);
        parcel.device = directory.find(parcel.tenant, id);
        if (parcel.device == null && !autoProvision) {
            throw new Undecodable(
                    Reason.UNKNOWN_DEVICE,
                    "tenant " + Text.excerpt(parcel.tenant) + " has no device " + Text.excerpt(id)
                            + " and caravan.devices.auto-provision is off");
        }
    }

    private String tenantOf(Parcel parcel, String id) throws Undecodable {
        String named = parcel.raw.tenant();
        if (named != null) {
            return Text.id("the tenant", named);
        }
        String claimed = parcel.decoded.tenant();
        if (parcel.raw.device() != null && parcel.raw.dialect().equals("iot")) {
            return DEFAULT_TENANT; // iot/{device}/... belongs to the default tenant, whatever the payload says
        }
        if (claimed == null) {
            Device only = directory.findOnly(id);
            return only != null ? only.tenant() : DEFAULT_TENANT;
        }
        if (autoProvision || directory.find(claimed, id) != null) {
            return claimed;
        }
        if (directory.isKnown(id)) {
            throw new Undecodable(
                    Reason.TENANT_MISMATCH,
                    "the payload claims tenant " + Text.excerpt(claimed) + ", the device belongs to another");
        }
        return DEFAULT_TENANT;
    }
}
