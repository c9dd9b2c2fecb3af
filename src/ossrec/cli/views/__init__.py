"""Recordings, rooms, tasks and summaries as lines of text."""
