-- Adds devices with the MQTT users that they log in with; answers what has become of each.
SELECT place, outcome
FROM onboard_devices(
    :?tenant, :?wanted::jsonb, :?users::text[], :?sha256s::bytea[], :?salts::bytea[], :?revive::boolean, device_cap(:?tenant, :?cap::int))
ORDER BY place
