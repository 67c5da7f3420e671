"""Privacy budgets: what separates a template from the stack file, what a change gives away, and carrying it out."""
