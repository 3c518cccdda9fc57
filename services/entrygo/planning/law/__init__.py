"""Which duties the law adds to the tariff's own, decided once from dated rows: rules and the estimate ask.

What is here decides findings: a change of it, rows of `data` included, raises RULESET_VERSION. Pure.
"""
