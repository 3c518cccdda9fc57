"""What tests run against: PostgreSQL, brokers, a mail sink, and the whole system as real processes."""
