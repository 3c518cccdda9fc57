"""REST for clients outside: validates, asks the services over gRPC, renders. Owns and decides nothing."""
