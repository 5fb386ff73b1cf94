-- Deletes a device template; the database refuses it while a pin has it. No row when there is no such one.
WITH gone AS (DELETE FROM f2_templates WHERE tenant_id = :?tenant AND template_id = :?template RETURNING template_id)
SELECT template_id FROM gone
