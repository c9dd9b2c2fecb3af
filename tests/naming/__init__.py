"""Tests of parsing and formatting file names."""
