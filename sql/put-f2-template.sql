-- Stores a device template; answers whether it is new.
SELECT put_f2_template(:?tenant, :?template, :?body::jsonb) AS created
