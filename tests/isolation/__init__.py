"""Who may not do what: every RPC and every REST operation, asked by everybody who must not be answered."""
