"""Bounds of what callers say of a key, for REST and gRPC alike."""

MAX_NAME = 100  # characters
MAX_EXPIRES_IN_DAYS = 3_650
MAX_OVERLAP_HOURS = 24 * 14  # in which the key before works on
DEFAULT_OVERLAP_HOURS = 24
