"""What `entrygo up` runs on one machine, and how it keeps it running."""
