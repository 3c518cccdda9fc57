"""The process of a service: what all of them need around their own parts, in one place."""
