-- What the broker's server said when it took a submission: a queue's id, a receipt, or a no in a 200. Null in rows
-- from before, and in those that a release from before settles.
ALTER TABLE broker_submissions ADD COLUMN server_answer text;
