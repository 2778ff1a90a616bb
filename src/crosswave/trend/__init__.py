"""From waves to what changed between two of them: gate, comparison, verdict, and all constructs side by side."""
