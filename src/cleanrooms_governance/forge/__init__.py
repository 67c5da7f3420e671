"""The door to GitHub: one comment for each pull request, its labels, and the summary of a job."""
