"""What execution keeps, as values and rows, and how far each has come; its events, leases and failpoints."""
