-- Deletes an F2 controller with its pins; the device stays in the directory. No row when there is no such one.
WITH gone AS (
    DELETE FROM f2_controllers WHERE tenant_id = :?tenant AND controller_id = :?controller RETURNING controller_id)
SELECT controller_id FROM gone
