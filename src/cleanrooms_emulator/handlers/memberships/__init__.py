"""Memberships: what an account decides on its own side, and who pays."""
