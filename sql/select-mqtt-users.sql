-- All users of the MQTT broker, over all tenants.
SELECT user_name, tenant_id, password_sha256, password_salt, enabled, devices, topic_prefixes
FROM mqtt_users
