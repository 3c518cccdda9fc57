"""The examples of the published documentation, for the OpenAPI document: data, by what a route is about."""

# The moment that everything in them happened at.
AT = "2026-03-11T16:10:00.000Z"
