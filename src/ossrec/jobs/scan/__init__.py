"""Scan a bucket: list it into the catalog, then read the playlists and evaluate the recordings that are due."""
