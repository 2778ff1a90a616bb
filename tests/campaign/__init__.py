"""Hostile input and faults of the machine: `python -m campaign` in tests/ runs all of it, tests/test_campaign.py a little."""
