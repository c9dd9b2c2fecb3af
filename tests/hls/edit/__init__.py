"""Tests of hls.edit."""
