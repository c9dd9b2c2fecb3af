"""Tests of tasks.matching."""
