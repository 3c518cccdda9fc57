-- What an account has its savings measured against; a release that does not know it leaves it as it is.
ALTER TABLE account_policies ADD COLUMN savings_basis text NOT NULL DEFAULT 'per_order_entry'
    CHECK (savings_basis IN ('per_order_entry', 'per_importer_daily_entry'));
