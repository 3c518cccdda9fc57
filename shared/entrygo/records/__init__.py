"""Each record that comes from outside, declared once: its fields, what each takes, and where it shows.

From a declaration follow what sync checks, the REST schemas, the columns of import files and their reference
page (docs/csv-columns.md); the facts of a plan (domain.facts), the messages (protos/) and the plan hash are
written out where they stand, and tested against it.
"""
