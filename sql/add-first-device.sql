-- Sees to it that a tenant has the device that its first token comes with.
INSERT INTO devices (tenant_id, device_id, label, device_type)
VALUES (:?tenant, :?tenant || '-sensor-1', :?label, 'unknown')
ON CONFLICT DO NOTHING
