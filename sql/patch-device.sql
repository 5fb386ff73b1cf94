-- Changes a device by a JSON merge patch; answers what has become of it.
SELECT change_device(:?tenant, :?device, :?patch::jsonb, true, :?expected::bigint[]) AS outcome
