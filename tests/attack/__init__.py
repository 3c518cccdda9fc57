"""What strangers and other customers try on a running system, and what an honest client notices of it."""
