"""`make bench`: how fast the running system is, beside the same rows written without it."""
