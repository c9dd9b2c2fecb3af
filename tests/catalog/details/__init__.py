"""Tests of catalog.details."""
