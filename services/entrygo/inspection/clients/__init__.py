"""Other services, as inspection asks them to do something."""
