"""Edits playlists line by line, joins them, and moves them to another folder."""
