"""Between the REST schemas and the protobuf messages: the only code that knows both."""
