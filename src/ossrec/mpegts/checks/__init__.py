"""Checks of one segment: tables, continuity, PCR, timestamps, payload."""
