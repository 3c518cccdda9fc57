"""A running system under faults: a load, a nemesis, the history of what was seen, and its checker."""
