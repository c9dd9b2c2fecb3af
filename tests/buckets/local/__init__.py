"""Tests of a folder as a bucket."""
