"""Articles: what a site published, its text, its tags."""
