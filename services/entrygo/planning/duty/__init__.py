"""Duty and fees of an entry, and each order's part of them: an estimate that names its rows. Pure."""
