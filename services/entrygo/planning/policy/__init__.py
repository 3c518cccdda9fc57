"""What an account asks of its own plans beyond the rules: raised severities, and a person's approval."""
