"""Where the application finds its database and its mail server."""

import os

DATABASE_URL = os.environ["MONOLITH_DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://", 1)
# The library of workflows brings its own driver.
WORKFLOWS_URL = os.environ["MONOLITH_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1)
WORKFLOWS = os.environ.get("MONOLITH_WORKFLOWS") == "dbos"
SMTP_HOST = os.environ.get("MONOLITH_SMTP_HOST", "127.0.0.1")
SMTP_PORT = int(os.environ.get("MONOLITH_SMTP_PORT", "25"))
POOL_SIZE = 16
