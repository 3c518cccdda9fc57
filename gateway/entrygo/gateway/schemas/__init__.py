"""Bodies, queries and answers of the REST API: what is validated, and the source of the OpenAPI document."""
