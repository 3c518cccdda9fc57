"""One execution from its claim to its answer, step by step."""
