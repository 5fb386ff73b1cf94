-- Deletes an application, and with it its key. No row when there is no such one.
WITH gone AS (DELETE FROM applications WHERE tenant_id = :?tenant AND id = :?application::uuid RETURNING id)
SELECT id FROM gone
