"""One pooled engine a worker, and the tables with the products that the load's orders name."""

from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from tests.bench.monolith.settings import DATABASE_URL, POOL_SIZE
from tests.bench.monolith.tables import Base, Product

engine = create_async_engine(DATABASE_URL, pool_size=POOL_SIZE, max_overflow=0, pool_reset_on_return=None)
sessions = async_sessionmaker(engine, expire_on_commit=False)

PRODUCTS = (
    {
        "id": "prod_hoodie_001",
        "account_id": "acc_123",
        "sku": "JKT-001",
        "customs_description": "Women's woven hooded jacket, 100% polyester shell and fill",
        "hts_code": "6202308061",
        "country_of_origin": "CA",
        "needs_metals_review": True,
        "savings_per_unit_usd": Decimal("8.50"),
    },
    {
        "id": "prod_cap_002",
        "account_id": "acc_123",
        "sku": "CAP-002",
        "customs_description": "Men's knitted cotton baseball cap",
        "hts_code": "6505003030",
        "country_of_origin": "CA",
        "needs_metals_review": False,
        "savings_per_unit_usd": Decimal("1.50"),
    },
)


async def prepare(engine: AsyncEngine) -> None:
    """Makes the tables; workers that start together make them once."""
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(1)"))
        await connection.execute(text("CREATE SCHEMA IF NOT EXISTS monolith"))
        await connection.run_sync(Base.metadata.create_all)
        await connection.execute(insert(Product).on_conflict_do_nothing(), list(PRODUCTS))
