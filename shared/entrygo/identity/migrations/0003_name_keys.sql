-- What people call a key, and the key that made it; of keys from before nothing is known.
ALTER TABLE api_keys ADD COLUMN name text NOT NULL DEFAULT '', ADD COLUMN created_by text;
