"""sector."""
