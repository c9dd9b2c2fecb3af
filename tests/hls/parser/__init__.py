"""Tests of hls.parser."""
