"""Tests of mpegts.demux."""
