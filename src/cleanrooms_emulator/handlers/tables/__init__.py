"""Configured tables, their associations, analysis rules, templates and intermediate tables."""
