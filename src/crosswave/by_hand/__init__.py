"""Figures that a person types, compared as the pages compare those of the registry."""
