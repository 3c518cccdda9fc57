-- What is looked up by order asks in "C", and finds no account in an index of another collation that sorts the
-- same. In one that did, where PostgreSQL had seen these tables with a few rows and they grew by thousands, it began
-- with any export and skipped from one to the next to the account (skip scan of version 18), which reads the whole
-- index for each order. And who asks for an export in that collation finds no export in the key: beside thousands of
-- small accounts PostgreSQL takes all orders of an account in exports for a few, and looked through them.
DROP INDEX export_orders_of_export;
CREATE INDEX export_orders_of_export ON export_orders (export_id COLLATE "POSIX", account_id COLLATE "POSIX");
DROP INDEX order_claims_of_export;
CREATE INDEX order_claims_of_export ON order_claims (export_id COLLATE "POSIX", account_id COLLATE "POSIX");
