"""Carry a plan out: read the world, make one move through the ports, look again."""
