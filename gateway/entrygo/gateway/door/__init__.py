"""Who comes in, how fast, and how many at once; nothing is spent on a caller before the key is known."""
