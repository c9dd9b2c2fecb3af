"""Tests of mpegts.material."""
