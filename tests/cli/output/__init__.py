"""Tests of the output: tables, texts, wrapping, suggested commands."""
