package io.caravan.enrich;

import io.caravan.decode.Decoded;
import io.caravan.decode.RawMessage;
import io.caravan.decode.Reason;
import io.caravan.decode.Text;
import io.caravan.decode.Undecodable;
import io.caravan.tenant.TopicOwners;

/**
 * Finds the tenant and the directory's entry of a message. The tenant is who owns the topic, or whom it names; else the
 * payload's, if the directory has that device of that tenant or auto-provisioning may add it; else, where the payload names
 * none, that of the directory's only device of that id; else {@code default}. Where publishers sign in, a payload cannot claim another tenant than the topic's, and a topic that
 * names a device belongs to somebody: to {@code default} where nobody owns it. Thread-safe.
 */
public final class Ownership {

    /** The tenant of devices that nobody claims. */
    public static final String DEFAULT_TENANT = "default";

    private final Directory directory;
    private final TopicOwners owners;
    private final boolean autoProvision;
    private final boolean signedIn;

    /**
     * @param owners says whose topics are; waited for until it is loaded
     * @param signedIn whether publishers sign in, and only for topics of their own
     */
    public Ownership(Directory directory, TopicOwners owners, boolean autoProvision, boolean signedIn) {
        this.directory = directory;
        this.owners = owners;
        this.autoProvision = autoProvision;
        this.signedIn = signedIn;
    }

    /** A message with the device that its topic names, where that can be told only by whose the topic is. */
    RawMessage addressed(RawMessage raw) {
        String owner = raw.device() == null ? owners.ownerOf(raw.topic()) : null;
        String device = owner == null ? null : owners.deviceOf(raw.topic(), owner);
        return device == null ? raw : raw.of(owner, device);
    }

    /** Whose a message counts as that cannot be read: that of its topic, else of nobody who claims it. */
    String tenantOfTopic(RawMessage raw) {
        String owner = owners.ownerOf(raw.topic());
        return owner != null ? owner : raw.tenant() != null ? raw.tenant() : DEFAULT_TENANT;
    }

    void requireDirectory() {
        if (!directory.isLoaded() || !owners.isLoaded()) {
            throw new DirectoryUnavailable();
        }
    }

    /** Notes tenant and device; a device that is not known and may be provisioned is left null. */
    void assign(Parcel parcel) throws Undecodable {
        Decoded decoded = parcel.decoded;
        String id = Text.id("the device id", decoded.device());
        parcel.tenant = tenantOf(parcel, id);
        parcel.device = directory.find(parcel.tenant, id);
        if (parcel.device == null && !Text.isNameable(id)) {
            throw new Undecodable(Reason.INVALID_ID, "nobody could take a device called '" + id + "' out of service");
        }
        if (parcel.device == null && !autoProvision) {
            throw new Undecodable(
                    Reason.UNKNOWN_DEVICE,
                    "tenant " + Text.excerpt(parcel.tenant) + " has no device " + Text.excerpt(id)
                            + " and caravan.devices.auto-provision is off");
        }
    }

    private String tenantOf(Parcel parcel, String id) throws Undecodable {
        String owner = owners.ownerOf(parcel.raw.topic());
        String named = owner != null ? owner : parcel.raw.tenant();
        String claimed = parcel.decoded.tenant();
        if (signedIn && named == null && parcel.raw.device() != null) {
            named = DEFAULT_TENANT;
        }
        if (named != null) {
            if (signedIn && claimed != null && !claimed.equals(named) && !claimed.equals(parcel.raw.tenant())) {
                throw new Undecodable(
                        Reason.TENANT_MISMATCH,
                        "the payload claims tenant " + Text.excerpt(claimed) + ", the topic belongs to another");
            }
            return Text.id("the tenant", named);
        }
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
