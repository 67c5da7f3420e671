"""Queries and jobs: who may be charged for them, what is sent, how one is found again whose answer was lost."""
