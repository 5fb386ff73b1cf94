-- The F2 controllers of a tenant in the order of their ids, from a place in that order on.
SELECT controller_id, name, model, serial_number, f2_connectors_of(controller_id) AS connectors
FROM f2_controllers
WHERE tenant_id = :?tenant AND controller_id > :?after
ORDER BY controller_id
LIMIT :?rows
