"""The engine room: what a stack file wants, what Clean Rooms has, and the plan between the two."""
