"""Queries over recordings: filters, rows of `find`, references that people type, recordings due for a check."""
