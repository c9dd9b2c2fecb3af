"""Tests of a bucket on OSS."""
