"""Who calls: credentials, roles and their sessions, and the Regions they may name."""
