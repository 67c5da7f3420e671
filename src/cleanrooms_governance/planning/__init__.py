"""What separates a stack file from the live world: changes, dangers, refusals and remarks, as pure functions of values."""
