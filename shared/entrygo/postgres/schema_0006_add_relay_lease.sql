-- Which relay publishes this schema's outbox: the one with the latest epoch, until the lease runs out by the database's
-- clock. A relay that was held up for longer finds another epoch here and may delete nothing.
CREATE TABLE relay_lease (
    is_the_one boolean PRIMARY KEY DEFAULT true CHECK (is_the_one),
    epoch bigint NOT NULL,
    expires_at timestamptz NOT NULL
);
INSERT INTO relay_lease (epoch, expires_at) VALUES (0, '-infinity');
