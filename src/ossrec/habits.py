"""The habits of a recorder: what it does in all or nearly all places of one recording, without losing anything.

The checks of playlists and of segments share the threshold (decision 19).
"""

HABIT_PERCENT = 90  # of the places where a fault can occur; of fewer than ten places, therefore all of them


def is_habit(alike: int, places: int) -> bool:
    """Return whether a fault in *alike* of *places* lines or boundaries of a recording is a habit of its recorder."""
    return alike > 0 and 100 * alike >= HABIT_PERCENT * places
