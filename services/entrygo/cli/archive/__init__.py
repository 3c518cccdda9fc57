"""Exports that are closed and old leave the databases for one file each in the store of documents."""
