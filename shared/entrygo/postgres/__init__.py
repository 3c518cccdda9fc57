"""PostgreSQL: pool, transactions with row scope, migrations, the key row of an idempotent write."""
