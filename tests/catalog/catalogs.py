"""Strategies for keys, and the objects of a bucket in a catalog."""

import sqlite3
from typing import Any

from hypothesis import strategies as st

# Parts of names, including unusual ones. Keys that are prefixes of other keys follow from them.
_PIECES = (
    *("rid_", "bak0_", "ba1107310000565164da34f816f842da94d", "a", "b", "_", "__", "__uid_s_", "__uid_e"),
    *("/", "//", ".m3u8", ".ts", "_20261101120000123.ts", "_20261101120002123.ts", "_7.ts", "_123456789_1.m3u8"),
    *("2026/", "é", "\U0001f3a5", "\ue000", "\uffff", "\U0010ffff", "\x01", "\x7f", " ", "%2F", "\\", "..", "0"),
    *("rid_ba1107310000565164da34f816f842da94d_room", "rid_ba1107310000565164da34f816f842da94d_room/"),
)
_pieces = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=5).map("".join)
_heads = st.sampled_from(["", "a/", "bak0_", "a/bak7_", "rid_b_c/"])
_ends = st.sampled_from(["", ".m3u8", "_1.m3u8", "_123456789_2.m3u8", ".ts", "_7.ts", "_20261101120000123.ts", "/7.ts"])
recording_keys = st.builds("{}rid_b_{}{}".format, _heads, _pieces, _ends)
keys = st.one_of(_pieces, recording_keys)


def held(conn: sqlite3.Connection, bucket: str, *, gone: bool = False) -> dict[str, tuple[Any, ...]]:
    """Return the objects of a bucket by key: size, modified, etag, storage."""
    rows = conn.execute(
        "SELECT key, size, modified, etag, storage FROM object_keys WHERE gone = ? AND bucket = ?", (gone, bucket)
    )
    return {key: (size, modified, etag, storage) for key, size, modified, etag, storage in rows}
