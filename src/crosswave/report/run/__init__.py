"""Runs the notebooks: knows papermill and where notebooks run, and no statistics."""
