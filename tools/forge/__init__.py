"""A forge on this machine: what the client of GitHub needs of GitHub's API, for tests and for the demo."""
