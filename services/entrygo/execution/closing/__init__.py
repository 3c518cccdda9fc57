"""The end of a package: withdrawn, or replaced by that of an amendment."""
