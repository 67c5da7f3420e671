"""Clean Rooms ML, as far as ML input channels need it."""
