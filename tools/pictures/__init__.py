"""The examples of comments in pull requests: where their previews come from, and pictures of them."""
