"""Change requests: what they change, who votes, and when they take effect."""
