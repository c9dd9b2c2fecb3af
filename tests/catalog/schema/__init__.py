"""Tests of catalog.schema."""
