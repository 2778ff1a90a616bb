"""Sentences that writers built on figures, checked."""

from crosswave.claims.checker import Checker, ClaimVerdict

__all__ = ["Checker", "ClaimVerdict"]
