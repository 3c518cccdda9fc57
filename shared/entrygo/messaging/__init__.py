"""Events: written with the state (outbox, event log), published in order (relay), read once (projector)."""
