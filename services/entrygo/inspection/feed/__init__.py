"""The feed of an account: its events one after the other, for programs that ask or listen."""
