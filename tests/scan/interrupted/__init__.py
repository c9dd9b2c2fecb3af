"""Tests of scan.interrupted."""
