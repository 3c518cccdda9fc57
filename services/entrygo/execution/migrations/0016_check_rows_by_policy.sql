-- As in the tables that every schema has: a policy is planned once a session, a CHECK is read and prepared for every
-- statement that writes to its table, and there were up to six. One table after the other is locked for a moment.
ALTER POLICY in_scope ON executions WITH CHECK (
    entrygo_in_scope(account_id, mode, warehouse_id) AND mode IN ('live', 'test') AND attempt > 0
    AND step IN ('started', 'claimed', 'prepared', 'completed', 'failed'));
ALTER TABLE executions
    DROP CONSTRAINT IF EXISTS executions_mode_check,
    DROP CONSTRAINT IF EXISTS executions_attempt_check,
    DROP CONSTRAINT IF EXISTS executions_step_check;
ALTER POLICY in_scope ON export_streams WITH CHECK (
    entrygo_in_scope(account_id, mode) AND mode IN ('live', 'test') AND last_sequence > 0);
ALTER TABLE export_streams
    DROP CONSTRAINT IF EXISTS export_streams_mode_check,
    DROP CONSTRAINT IF EXISTS export_streams_last_sequence_check;
ALTER POLICY in_scope ON customs_packages WITH CHECK (
    entrygo_in_scope(account_id, mode, warehouse_id) AND mode IN ('live', 'test') AND state IN (
        'reserved', 'generated', 'sent_to_broker', 'broker_submission_failed', 'broker_submission_unknown',
        'acknowledged_by_broker', 'rejected_by_broker', 'withdrawn', 'superseded'));
ALTER TABLE customs_packages
    DROP CONSTRAINT IF EXISTS customs_packages_mode_check,
    DROP CONSTRAINT IF EXISTS customs_packages_state_check;
ALTER POLICY in_scope ON artifacts WITH CHECK (
    entrygo_in_scope(account_id, mode, warehouse_id) AND mode IN ('live', 'test'));
ALTER TABLE artifacts DROP CONSTRAINT IF EXISTS artifacts_mode_check;
ALTER POLICY in_scope ON notifications WITH CHECK (
    entrygo_in_scope(account_id, mode, warehouse_id) AND mode IN ('live', 'test')
    AND channel IN ('EMAIL', 'LIFECYCLE_EVENT') AND recipient IN ('broker', 'warehouse')
    AND status IN ('recorded', 'sent', 'failed'));
ALTER TABLE notifications
    DROP CONSTRAINT IF EXISTS notifications_mode_check,
    DROP CONSTRAINT IF EXISTS notifications_channel_check,
    DROP CONSTRAINT IF EXISTS notifications_recipient_check,
    DROP CONSTRAINT IF EXISTS notifications_status_check;
ALTER POLICY in_scope ON broker_submissions WITH CHECK (
    entrygo_in_scope(account_id, mode, warehouse_id) AND mode IN ('live', 'test')
    AND submission_type IN ('EMAIL', 'HTTPS', 'SFTP') AND kind IN ('package', 'withdrawal')
    AND status IN ('prepared', 'sending', 'sent', 'acknowledged', 'rejected', 'failed', 'unknown')
    AND phase IN ('envelope', 'data') AND (entry IS NULL OR entry > 0));
ALTER TABLE broker_submissions
    DROP CONSTRAINT IF EXISTS broker_submissions_mode_check,
    DROP CONSTRAINT IF EXISTS broker_submissions_submission_type_check,
    DROP CONSTRAINT IF EXISTS broker_submissions_kind_check,
    DROP CONSTRAINT IF EXISTS broker_submissions_status_check,
    DROP CONSTRAINT IF EXISTS broker_submissions_phase_check,
    DROP CONSTRAINT IF EXISTS broker_submissions_entry_check;
