"""Parse and format the recorder's file names: the recording of a key, in every possible reading.

    {folder}[bak{n}_]rid_{recordid}_{roomid}[__uid_s_{uid}__uid_e]{rest}

stem        the part that a playlist and its segments share: ``rid_…``, with the uid of a source stream
prefix      folder, backup and stem
rest        the key after the prefix: for a playlist ``.m3u8``, or ``_{tick}_{n}.m3u8`` if it was
            uploaded again; for a segment any text that ends in ``.ts``, usually ``_{stamp}.ts``
stamp       17 digits, YYYYMMDDHHMMSSmmm in UTC
reading     one way to split a name into its parts

Rooms and uids may contain ``_`` and even ``__uid_s_``, so a name can have several readings: `readings`
returns all of them, `parse_name` the most likely. docs/naming.md explains how they are ranked, and why.
"""

from ossrec.naming.parse import MOST_READINGS, MOST_SPLITS, parse_name, readings
from ossrec.naming.recording_name import PLAYLIST, SEGMENT, RecordingName, format_name, unix_ms

__all__ = [
    "MOST_READINGS",
    "MOST_SPLITS",
    "PLAYLIST",
    "SEGMENT",
    "RecordingName",
    "format_name",
    "parse_name",
    "readings",
    "unix_ms",
]
