"""What the reviewer of a pull request is told: previews, their verdict, and the comment. Values in, Markdown out."""
