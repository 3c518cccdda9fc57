-- Until when a key was made to work, where a rotation ended it earlier; 'infinity' for one without an end.
ALTER TABLE api_keys ADD COLUMN made_until timestamptz;
