"""Execution: carries a plan out. Owns executions, customs packages, artifacts, notifications, broker submissions."""
