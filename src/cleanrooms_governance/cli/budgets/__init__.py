"""``crgov budgets``: what is left of privacy budgets, in words, for programs and as a page."""
