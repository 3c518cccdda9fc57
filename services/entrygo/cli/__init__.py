"""The command line: `entrygo up` and the commands that talk to a running system."""
