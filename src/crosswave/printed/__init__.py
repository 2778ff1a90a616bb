"""What printed text stands for: exact intervals of shares and counts."""
