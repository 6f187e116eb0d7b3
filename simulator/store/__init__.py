"""Where the axis keeps what it acknowledged: tables, the writer that commits in groups, the store with both."""
