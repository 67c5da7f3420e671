"""The campaigns of this project: each module offers some as `CAMPAIGNS`."""
