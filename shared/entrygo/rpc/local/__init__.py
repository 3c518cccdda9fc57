"""Calls between services of one process: through the same doors, as the same bytes, without a connection."""
