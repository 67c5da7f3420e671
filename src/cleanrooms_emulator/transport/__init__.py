"""How calls come in: HTTP on loopback, in a thread or a process of its own, or real clients in process."""
