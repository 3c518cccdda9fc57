-- Where a submission goes, as the delivery's bulkhead names it: what waits for a silent destination is passed over.
-- Empty in rows of a release from before: those are never passed over.
ALTER TABLE broker_submissions ADD COLUMN destination text NOT NULL DEFAULT '';
SET LOCAL entrygo.account_id = '*';
UPDATE broker_submissions SET destination = 'mail:' || lower(split_part(recipient_email, '@', 2))
    WHERE status = 'prepared' AND submission_type = 'EMAIL' AND mode = 'live' AND recipient_email IS NOT NULL;
