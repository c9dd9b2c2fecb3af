"""Tests of mpegts.sequence."""
