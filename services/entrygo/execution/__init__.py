"""Execution: carries a plan out. Owns executions, packages, artifacts, notifications, broker submissions."""
