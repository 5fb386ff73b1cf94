-- Which tenant each topic prefix belongs to.
SELECT prefix, tenant_id FROM topic_owners
