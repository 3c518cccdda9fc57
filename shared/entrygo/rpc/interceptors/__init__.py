"""What surrounds every RPC, one file each; the order is in entrygo.rpc.server."""
