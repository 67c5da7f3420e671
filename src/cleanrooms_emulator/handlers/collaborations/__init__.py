"""Collaborations and who belongs to them."""
