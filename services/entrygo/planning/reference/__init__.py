"""Dated reference data and the choice of what was in force on an entry date. No network, no clock."""
