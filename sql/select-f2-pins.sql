-- The pins of all F2 controllers and what sits on them; a row of nulls for a controller that has none.
SELECT tenant_id, controller_id, connector, pin, template_id
FROM f2_controllers
LEFT JOIN f2_pins USING (tenant_id, controller_id)
