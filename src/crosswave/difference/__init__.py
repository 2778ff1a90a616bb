"""Two shares: intervals and tests of their difference, and what a comparison of them could show at all."""
