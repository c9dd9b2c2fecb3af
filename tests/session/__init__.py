"""Tests of the environment of a running job."""
