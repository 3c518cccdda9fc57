-- Facts from outside. An id never changes once given; (account_id, mode, external_id) finds it again.
-- Lists are read in the order of the primary key, so it is their keyset index too. Text sorts by bytes (C):
-- faster, and the same on every machine.

-- What is given replaces, what is not given stays; objects are merged field by field.
CREATE FUNCTION merge_facts(stored jsonb, given jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    merged jsonb := stored || given;
    field text;
BEGIN
    FOR field IN SELECT key FROM jsonb_each(given) WHERE jsonb_typeof(value) = 'object' LOOP
        IF jsonb_typeof(stored -> field) = 'object' THEN
            merged := jsonb_set(merged, ARRAY[field], merge_facts(stored -> field, given -> field));
        END IF;
    END LOOP;
    RETURN merged;
END $$;

CREATE TABLE products (
    account_id text COLLATE "C" NOT NULL,
    mode text COLLATE "C" NOT NULL CHECK (mode IN ('live', 'test')),
    id text COLLATE "C" NOT NULL,
    external_id text COLLATE "C" NOT NULL,
    facts jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, id),
    CONSTRAINT products_external_id UNIQUE (account_id, mode, external_id)
);

CREATE TABLE warehouses (LIKE products INCLUDING ALL);
CREATE TABLE brokers (LIKE products INCLUDING ALL);

CREATE TABLE orders (
    account_id text COLLATE "C" NOT NULL,
    mode text COLLATE "C" NOT NULL CHECK (mode IN ('live', 'test')),
    id text COLLATE "C" NOT NULL,
    external_id text COLLATE "C" NOT NULL,
    destination_country text NOT NULL CHECK (destination_country ~ '^[A-Z]{2}$'),
    destination_region text,
    destination_postal_code text,
    -- [{"productId", "quantity", "unitValueUsd"}], decimals as text.
    items jsonb NOT NULL,
    total_value_usd numeric NOT NULL,
    metadata jsonb,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, mode, id),
    CONSTRAINT orders_external_id UNIQUE (account_id, mode, external_id)
);

ALTER TABLE products ENABLE ROW LEVEL SECURITY;
ALTER TABLE products FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON products USING (entrygo_in_scope(account_id, mode));
ALTER TABLE warehouses ENABLE ROW LEVEL SECURITY;
ALTER TABLE warehouses FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON warehouses USING (entrygo_in_scope(account_id, mode));
ALTER TABLE brokers ENABLE ROW LEVEL SECURITY;
ALTER TABLE brokers FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON brokers USING (entrygo_in_scope(account_id, mode));
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON orders USING (entrygo_in_scope(account_id, mode));
