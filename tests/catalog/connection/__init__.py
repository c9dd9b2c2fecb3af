"""Tests of catalog.connection."""
