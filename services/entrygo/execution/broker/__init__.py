"""Delivery to brokers: what is sent and where, the ledger of submissions, attempts and answers."""
