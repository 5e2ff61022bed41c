"""pades."""
