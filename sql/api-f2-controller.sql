-- One F2 controller.
SELECT controller_id, name, model, serial_number, f2_connectors_of(controller_id) AS connectors
FROM f2_controllers
WHERE tenant_id = :?tenant AND controller_id = :?controller
