"""The ledger of broker submissions: its rows, how one is delivered, and when it is tried again."""
