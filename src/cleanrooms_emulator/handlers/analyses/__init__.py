"""Protected queries and jobs: who pays, which tables they use, and how they go on with time."""
