"""Planted faults: each breaks one promise, and tests must go red. `make mutants` plants them one by one."""
