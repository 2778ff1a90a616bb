"""How often the verdicts err, in simulated worlds whose truth is known."""
