"""Tests of HTTP sessions, timeouts and header fields."""
