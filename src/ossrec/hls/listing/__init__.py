"""Joins a playlist with the listing of its bucket, and checks the result."""
