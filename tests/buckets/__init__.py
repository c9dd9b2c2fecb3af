"""Buckets: what both kinds promise, and what each does in its own way."""
