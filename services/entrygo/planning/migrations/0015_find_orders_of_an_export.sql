-- Orders come and go by the ten thousand, so that PostgreSQL often takes these tables for empty, where it finds any
-- index as good that begins with account and mode. Of those there is one now, for what is looked up by order: the
-- other begins with the export.
CREATE INDEX export_orders_of_export ON export_orders (export_id, account_id, mode);
DROP INDEX export_orders_export;
CREATE INDEX order_claims_of_export ON order_claims (export_id, account_id, mode);
DROP INDEX order_claims_export;
