"""Tests of buckets: the common contract, and each implementation."""
