"""The way to the broker: what is sent and where, the ledger of submissions, delivery, and the answers."""
