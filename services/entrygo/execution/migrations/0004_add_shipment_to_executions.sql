-- What the caller stated of the shipment, kept so that a resumed execution renders the same bytes; null if nothing.
ALTER TABLE executions ADD COLUMN shipment jsonb;
