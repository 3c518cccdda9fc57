-- What is looked up by order has one index to take now, whatever PostgreSQL thinks of these tables: where it saw
-- them with a few rows and they grew by thousands, it would begin with any export and skip from one to the next
-- to the account (skip scan of version 18), which reads the whole index for each order. An id of an export is of
-- one account alone, so its index needs no more.
CREATE INDEX export_orders_export ON export_orders (export_id);
DROP INDEX export_orders_of_export;
CREATE INDEX order_claims_export ON order_claims (export_id);
DROP INDEX order_claims_of_export;
