"""Hostile input: `python -m campaign` in tests/ runs all of it, tests/test_campaign.py a little."""
