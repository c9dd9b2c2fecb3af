"""Difficult names, each with a sentence about its difficulty and all its readings, the most likely first."""

from .odd import FOREIGN, ODD_IDS
from .playlists import PLAYLISTS, RELATIVES
from .segments import SEGMENTS, SUBFOLDERS
from .shape import LONG, STAMP, Case, Reading, X

__all__ = ["CASES", "LONG", "STAMP", "Case", "Reading", "X"]

CASES = [*PLAYLISTS, *RELATIVES, *SEGMENTS, *SUBFOLDERS, *ODD_IDS, *FOREIGN]
