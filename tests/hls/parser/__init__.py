"""Tests of the playlist parser."""
