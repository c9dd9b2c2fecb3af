"""Data on stdout in four formats, messages and progress on stderr, and the texts in both."""
