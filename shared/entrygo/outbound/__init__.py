"""Speaking to servers that a caller named: which addresses are spoken to at all."""
