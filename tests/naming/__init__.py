"""Tests of the file names."""
