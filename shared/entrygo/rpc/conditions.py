"""Parts of a service that gRPC's health service names beside the service itself."""

# Of execution: documents and mails can be written, and none is known to be missing or altered.
ARTIFACTS = "entrygo.execution.artifacts"
