"""Inspection: answers what happened to an export, and why.

It owns the read model and nothing else: every fact in it is an event of planning or execution, and all of
it can be thrown away and rebuilt from theirs.
"""
