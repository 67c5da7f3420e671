"""A membership's side: what an invitation must say, joining, and what the member decides afterwards."""
