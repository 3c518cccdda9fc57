"""The four services and the gateway in one process, for a machine of one or two cores."""
