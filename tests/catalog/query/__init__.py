"""Tests of catalog.query."""
