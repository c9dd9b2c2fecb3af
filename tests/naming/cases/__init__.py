"""Hard names, each with a sentence that says what is hard about it and every reading, likeliest first."""

from .odd import FOREIGN, ODD_IDS
from .playlists import PLAYLISTS, RELATIVES
from .segments import SEGMENTS, SUBFOLDERS
from .shape import LONG, STAMP, Case, Reading, X

__all__ = ["CASES", "LONG", "STAMP", "Case", "Reading", "X"]

CASES = [*PLAYLISTS, *RELATIVES, *SEGMENTS, *SUBFOLDERS, *ODD_IDS, *FOREIGN]
