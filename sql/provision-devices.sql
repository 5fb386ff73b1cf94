-- Finds the asked devices or adds them, no more than cap for a tenant, and fills in a type that was not known; answers a row for each that the directory holds.
SELECT tenant_id, device_id, label, device_type, site_id, zone_id, created_at, auto_provisioned, decommissioned_at
FROM provision_devices(
    :?tenants::text[],
    :?devices::text[],
    :?labels::text[],
    :?types::text[],
    :?sites::text[],
    :?zones::text[],
    :?cap::int)
