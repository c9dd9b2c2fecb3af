"""Tests of tasks.lists."""
