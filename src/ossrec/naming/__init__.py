"""The recorder's file names: what a key says of the recording it belongs to, in every way it can be read.

    {folder}[bak{n}_]rid_{recordid}_{roomid}[__uid_s_{uid}__uid_e]{rest}

stem        what a playlist and its segments share: ``rid_…``, with the uid of a source stream
prefix      folder, backup and stem
rest        of the key after the prefix: ``.m3u8`` of a playlist, or ``_{tick}_{n}.m3u8`` when it was
            uploaded again; of a segment anything that ends in ``.ts``, as a rule ``_{stamp}.ts``
stamp       17 digits, YYYYMMDDHHMMSSmmm in UTC
reading     one way to tell the parts of a name from each other

Rooms and uids may hold ``_`` and even ``__uid_s_``, so one name can have several readings:
`readings` gives them all, `parse_name` the most likely. docs/naming.md says how they are ranked, and why.
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
