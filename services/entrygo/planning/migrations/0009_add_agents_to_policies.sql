-- Whether an agent may execute, send again and withdraw for the account through `entrygo mcp`. The default
-- serves the previous release, which writes policies without it.
ALTER TABLE account_policies ADD COLUMN agents_may_act boolean NOT NULL DEFAULT false;
