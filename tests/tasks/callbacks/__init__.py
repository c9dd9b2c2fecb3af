"""Tests of tasks.callbacks."""
