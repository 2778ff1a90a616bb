"""Would a verdict survive: other numbers, other choices, those who did not answer."""
