"""Demux."""
