"""`entrygo doctor`: looks at what the system needs, from where it is called, and says what to do about it."""
