"""The workflows to copy, played on this machine: by their tests, and by the demonstration of a pull request."""
