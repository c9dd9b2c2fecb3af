"""Checks of segments in sequence: order, durations, continuity, A/V sync. Plain values, no bytes."""
