-- Of a large account beside thousands of small ones PostgreSQL takes all of its orders in exports for a few, and
-- looks for those of an export in the key, from order to order. In an index of another collation, which sorts as
-- "C" does, they are found by whoever asks in that collation; and what is looked up by order, which asks in "C",
-- still finds no account in it.
CREATE INDEX export_orders_of_export ON export_orders (export_id COLLATE "POSIX", account_id COLLATE "POSIX");
DROP INDEX export_orders_export;
CREATE INDEX order_claims_of_export ON order_claims (export_id COLLATE "POSIX", account_id COLLATE "POSIX");
DROP INDEX order_claims_export;
