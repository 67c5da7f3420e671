"""Long runs: campaigns of seeded cases that take minutes or hours, stop at any time and go on where they were."""
