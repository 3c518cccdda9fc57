"""Sync: takes products, warehouses, brokers and orders in from outside, and hands them to planning.

Owns what was said, not what it means: what customs will not accept is stored as given,
and planning judges it.
"""
