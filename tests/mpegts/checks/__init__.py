"""Tests of mpegts.checks."""
