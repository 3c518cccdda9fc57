"""`entrygo mcp`: exports for agents, by the Model Context Protocol on top of the Python client."""
