-- Deletes a device template that no pin has; of one in use, answers a pin that has it. No row when there is no such template.
WITH taken AS (
    SELECT controller_id, connector, pin FROM f2_pins WHERE tenant_id = :?tenant AND template_id = :?template
    ORDER BY controller_id, connector, pin LIMIT 1
), gone AS (
    DELETE FROM f2_templates WHERE tenant_id = :?tenant AND template_id = :?template AND NOT EXISTS (SELECT FROM taken)
    RETURNING template_id
)
SELECT template_id, NULL AS controller_id, NULL AS connector, NULL AS pin FROM gone
UNION ALL
SELECT NULL, controller_id, connector, pin FROM taken
