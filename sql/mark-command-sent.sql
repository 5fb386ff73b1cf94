-- Notes that Kafka has a command.
UPDATE commands SET sent_at = now() WHERE tenant_id = :?tenant AND command_id = :?command::uuid
