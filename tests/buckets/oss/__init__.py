"""Tests of buckets.oss."""
