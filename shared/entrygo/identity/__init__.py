"""Accounts and API keys, and who is calling right now."""
