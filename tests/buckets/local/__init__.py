"""Tests of buckets.local."""
