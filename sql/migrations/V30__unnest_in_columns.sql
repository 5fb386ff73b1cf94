-- reading_rows (V4__batches.sql) with its arrays opened in the list of columns: in FROM, PostgreSQL keeps all of their rows in a
-- store of its own first, which was a twentieth of what storing a batch took.
CREATE OR REPLACE FUNCTION reading_rows(
    tenants text[], devices text[], metrics text[], timestamps bigint[], sequences bigint[], "values" float8[],
    units text[], qualities smallint[])
    RETURNS TABLE (
        tenant_id text, device_id text, metric text, ts timestamptz, seq bigint, value float8, unit text, quality smallint)
    LANGUAGE sql STABLE ROWS 4000 AS $$
    SELECT tenant, device, metric, moment(micros), sequence, nullif(value, 'NaN'), unit, quality
    FROM (
        SELECT
            unnest(tenants) AS tenant, unnest(devices) AS device, unnest(metrics) AS metric, unnest(timestamps) AS micros,
            unnest(sequences) AS sequence, unnest("values") AS value, unnest(units) AS unit, unnest(qualities) AS quality
    ) AS batch
$$;
