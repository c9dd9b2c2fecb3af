"""Tests of tasks.imports."""
