"""A single-node Apache Kafka from Maven Central, for `make kafka` and for tests against the real broker."""
