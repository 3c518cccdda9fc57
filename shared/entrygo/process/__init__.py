"""What any process needs: settings blocks, logging, clock and ids, signals, health checks."""
