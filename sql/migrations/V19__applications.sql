-- The applications that tenants have registered (docs/applications.md). They are few; every process that enriches holds all of
-- them, and hears of changes.

CREATE TABLE applications (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    description text,
    version text NOT NULL,
    developer text NOT NULL,
    contact_email text NOT NULL,
    category text,
    platform text CHECK (platform IN ('web', 'mobile', 'desktop', 'api')),
    devicetypes text[] COLLATE "C" NOT NULL DEFAULT '{}',
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'inactive', 'pending')),
    -- of 256 random bits nobody finds the key by its hash, however fast the hash is
    key_sha256 bytea NOT NULL UNIQUE CHECK (length(key_sha256) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, name)
);

CREATE FUNCTION applications_changed() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('caravan_applications', '');
    RETURN NULL;
END
$$;

CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON applications
    FOR EACH STATEMENT EXECUTE FUNCTION applications_changed();

-- The active application that has a key, whosever it is: who brings a key says no tenant.
CREATE FUNCTION application_of_key(sha256 bytea)
    RETURNS TABLE (tenant_id text, id uuid, devicetypes text[], key_sha256 bytea)
    LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT a.tenant_id, a.id, a.devicetypes, a.key_sha256
    FROM applications AS a
    WHERE a.key_sha256 = sha256 AND a.status = 'active'
$$;

-- The API writes hashes of keys and does not read them.
SELECT isolate_tenants('applications');
GRANT SELECT (
    id, tenant_id, name, description, version, developer, contact_email, category, platform, devicetypes, status, created_at,
    updated_at) ON applications TO caravan_api;
GRANT INSERT, UPDATE, DELETE ON applications TO caravan_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON applications TO caravan_writer;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION application_of_key(bytea) SET search_path = %I, pg_temp', current_schema);
END
$$;
REVOKE ALL ON FUNCTION application_of_key(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION application_of_key(bytea) TO caravan_api;
