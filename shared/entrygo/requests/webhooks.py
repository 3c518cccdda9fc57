"""Bounds of what callers say of a webhook, for REST and for inspection alike."""

MAX_DESCRIPTION = 200  # characters
MAX_OVERLAP_HOURS = 24 * 14  # in which the secret before also signs
