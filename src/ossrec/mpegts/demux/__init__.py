"""Demultiplexing: packet sync, packets as columns, continuity counters, tables, PES headers."""
