"""What printed text means: exact intervals of shares and counts."""
