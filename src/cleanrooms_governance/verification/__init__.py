"""Is what the stack file declares in force? Looked at from all accounts held, and never changed. Pure."""
