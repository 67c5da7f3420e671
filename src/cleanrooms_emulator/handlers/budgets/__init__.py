"""Privacy budget templates and budgets: what is left, when it is renewed, and what takes from it."""
