"""Clean Rooms ML: algorithms, input channels, trained models and inference jobs, with who pays for them."""
