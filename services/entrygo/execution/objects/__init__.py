"""Bytes of documents and mails, named by their SHA-256: where they are kept, and how that place is doing."""
