"""Tests of cli.views."""
