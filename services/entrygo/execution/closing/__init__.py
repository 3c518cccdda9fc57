"""Closing a package: by a withdrawal, or by the package of an amendment."""
