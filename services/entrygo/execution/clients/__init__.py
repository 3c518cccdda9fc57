"""What execution asks of the other services, in their protocol."""
