"""gRPC between services and towards callers: server, channels, errors, deadlines."""
