-- Takes a device out of service; answers what has become of it.
SELECT decommission_device(:?tenant, :?device, :?expected::bigint[]) AS outcome
