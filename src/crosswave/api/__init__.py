"""What an analyst works with: a study opened once, its frames, and results that show themselves."""
