"""Making a package: documents and mails from a plan's snapshot, in a process of their own."""
