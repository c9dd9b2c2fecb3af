"""Tests of mpegts.codecs."""
