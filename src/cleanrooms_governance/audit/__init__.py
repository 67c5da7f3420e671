"""The audit: one line for each call that may have changed something in AWS."""
