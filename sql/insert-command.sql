-- Stores a command for a device in service, unless the topic would be another tenant's; no row when there is no such device.
WITH asked AS (
    SELECT device_id, :?owned::text IS NULL OR topic_prefix_is_free(tenant_id, :?owned::text) AS free
    FROM devices
    WHERE tenant_id = :?tenant AND device_id = :?device AND decommissioned_at IS NULL),
stored AS (
    INSERT INTO commands (command_id, tenant_id, device_id, topic, content_type, payload, created_by, expires_at)
    SELECT
        :?command::uuid, :?tenant, device_id, :?topic, :?contentType, :?payload::bytea, :?subject, :?expiresAt::timestamptz
    FROM asked
    WHERE free)
SELECT free FROM asked
