"""Watching and steering a running service: the routes under `/_emulator/` and their client."""
