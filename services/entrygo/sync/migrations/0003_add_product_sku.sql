-- The SKU a product goes by: its own, else its external id. A column, because row security keeps
-- expressions over jsonb from using an index.
ALTER TABLE products ADD COLUMN sku text COLLATE "C" GENERATED ALWAYS AS (COALESCE(facts ->> 'sku', external_id)) STORED;
CREATE INDEX products_sku ON products (account_id, mode, sku);
