"""Pages and doors for each role, composed from what is below."""
