"""Segments for the tests of mpegts: intact ones of many encoders, and ways to break them."""
