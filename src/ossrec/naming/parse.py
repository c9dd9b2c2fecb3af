"""Parse a key into its readings, the most likely first, in time linear in its length."""

from __future__ import annotations

from ossrec.naming.recording_name import (
    DIGITS,
    PLAYLIST,
    SEGMENT,
    UID_END,
    UID_START,
    RecordingName,
    ids_conform,
    is_number,
    read_again,
)

TYPE_CHECKING = False  # `typing` is not loaded, see ossrec.naming.recording_name
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_SPLITS = 30  # of a stem into room and uid, counted from the end; ids of 64 bytes allow at most 19
MOST_READINGS = 64  # of a key; follows from MOST_SPLITS

_new = tuple.__new__  # takes half the time of a named tuple's own __new__


def parse_name(key: str, *, room: str | None = None, uid: str | None = None) -> RecordingName | None:
    """Return the most likely reading of *key*, or None if it is not the key of a recording.

    A *room* or *uid* known from another source resolves an ambiguous name. If no reading has that
    room, the room is ignored; then the same applies to the uid. To detect this, compare the ``roomid``
    or ``uid`` of the result. ``ambiguous`` describes the name: it stays True when a known id resolved it.
    """
    if room is None and uid is None:
        plain = _parse_plain(key)
        if plain is not None:
            return plain
    found = readings(key)
    if room is not None:
        found = [name for name in found if name.roomid == room] or found
    if uid is not None:
        found = [name for name in found if name.uid == uid] or found
    return found[0] if found else None


def readings(key: str) -> list[RecordingName]:
    """Return every valid reading of *key*, the most likely first; empty if it is not the key of a recording.

    There are at most `MOST_READINGS`: if a stem can be split into room and uid in more than
    `MOST_SPLITS` ways, only the last ones are returned.

    Any name of a source stream could also be the mixed stream of a room with an id that contains
    ``__uid_s_…__uid_e``. Such a reading comes after that of the source, but does not count for
    ``ambiguous``, which would otherwise be set for every source stream and mean nothing.
    """
    start = key.rfind("/") + 1
    if key.endswith(".m3u8"):
        found = _read_playlist(key, start)
    elif key.endswith(".ts"):
        found = _read_segment(key, start)
    else:
        return []
    ordinary, seen_source = 0, False
    for name in found:
        seen_source = seen_source or name.uid is not None
        ordinary += name.uid is not None or not seen_source
    return [name._replace(ambiguous=True) for name in found] if ordinary > 1 else found


def _parse_plain(key: str) -> RecordingName | None:
    """Return the only reading of a name in the most common form; None if `readings` must decide.

    The result is the same as that of `readings`, in a fifth of the time.
    """
    start = key.rfind("/") + 1
    if key[-5:] == ".m3u8":
        kind, rest = PLAYLIST, ".m3u8"
    elif _is_stamped(key) and not (start and "rid_" in key[:start]):  # otherwise perhaps in a sub-folder
        kind, rest = SEGMENT, key[-21:]
    else:
        return None
    parts = key[start : -len(rest)].split("_", 2)
    if len(parts) < 3 or parts[0] != "rid" or not parts[1]:
        return None
    _, recordid, roomid = parts
    uid = None
    if "__uid_s_" in roomid:
        roomid, _, source = roomid.partition(UID_START)
        uid = source[:-7]
        if not uid or not source.endswith(UID_END) or "_uid_s_" in source:
            return None
    elif kind is PLAYLIST and roomid[-1:] in DIGITS and roomid.count("_") > 1:  # perhaps uploaded again
        return None
    if not roomid:
        return None
    return _new(RecordingName, (key[:start], recordid, roomid, uid, kind, rest, None, False))


def _read_playlist(key: str, start: int) -> list[RecordingName]:
    end = len(key) - 5
    head = _read_head(key, start, end)
    if head is None:
        return []
    begin = head[2]
    last = key.rfind("_", begin, end)
    cut = key.rfind("_", begin, max(last, 0))
    again = read_again(key[cut:]) if cut > begin else None
    if again is None:
        cuts = [end]
    elif 10**8 <= again[0] < 10**13 and again[1] < 10**5:
        cuts = [cut, end]
    else:  # shorter or longer than a tick: more likely a date or a number that belongs to the room
        cuts = [end, cut]
    return _read_stems(key, start, head, cuts, PLAYLIST)


def _read_segment(key: str, start: int) -> list[RecordingName]:
    """Read a segment by its own name, and by its folder's if it has none or if both have the same stem."""
    own = _read_own_segment(key, start)
    found = _read_subfolder(key, start)
    if own and found:
        named = found[0].prefix[len(found[0].folder) :]
        if all(name.prefix[start:] != named for name in own):
            return own
    return own + found


def _read_own_segment(key: str, start: int) -> list[RecordingName]:
    """Read the file name: its stem ends before the stamp, or else after the uid, before a number, or before ``.ts``."""
    end = len(key) - 3
    head = _read_head(key, start, end)
    if head is None:
        return []
    begin = head[2]
    cuts = []
    uid_end = key.rfind(UID_END, begin, end)
    if uid_end > 0 and any(_split_ids(key[begin : uid_end + 7])):
        cuts.append(uid_end + 7)
    stamp = end - 18
    if stamp > begin and _is_stamped(key):
        cuts = [cut for cut in cuts if cut != stamp]
        stamped = _read_stems(key, start, head, [stamp], SEGMENT)
        return stamped + _read_stems(key, start, head, cuts, SEGMENT)
    number = len(key[:end].rstrip(DIGITS)) - 1
    if begin < number < end - 1 and key[number] in "_-":
        cuts.append(number)
    return _read_stems(key, start, head, dict.fromkeys([*cuts, end]), SEGMENT)


def _read_subfolder(key: str, start: int) -> list[RecordingName]:
    """Read a segment by the innermost folder that is named like a stem."""
    stop = start - 1
    while (at := key.rfind("rid_", 0, max(stop, 0))) >= 0:
        begin, end = key.rfind("/", 0, at) + 1, key.find("/", at)
        head = _read_head(key, begin, end)
        if head is not None:
            return _read_stems(key, begin, head, [end], SEGMENT)
        stop = begin - 1
    return []


def _read_head(key: str, start: int, end: int) -> tuple[int | None, str, int] | None:
    """Return (backup, recordid, position of the room) of ``key[start:end]``; None if it cannot be a stem."""
    backup = None
    if key.startswith("bak", start):
        under = key.find("_", start + 3, start + 13)
        digits = key[start + 3 : max(under, 0)]
        if not is_number(digits, 9):
            return None
        backup, start = int(digits), under + 1
    under = key.find("_", start + 4, end)
    if not key.startswith("rid_", start) or under < start + 5 or under + 1 >= end:
        return None
    return backup, key[start + 4 : under], under + 1


def _read_stems(
    key: str, start: int, head: tuple[int | None, str, int], cuts: Iterable[int], kind: str
) -> list[RecordingName]:
    """Return the readings of the stem that begins at *start* and ends at one of *cuts*, the likely cuts first.

    Ids that the vendor's SDK would reject come last; in each half, sources come before mixed streams.
    """
    backup, recordid, begin = head
    folder = key[:start]
    sources, mixed = [], []
    for cut in cuts:
        ids, rest = key[begin:cut], key[cut:]
        for roomid, uid in _split_ids(ids):
            sources.append(RecordingName(folder, recordid, roomid, uid, kind, rest, backup))
        mixed.append(RecordingName(folder, recordid, ids, None, kind, rest, backup))
    return sorted(sources + mixed, key=ids_conform, reverse=True)


def _split_ids(ids: str) -> Iterator[tuple[str, str]]:
    """Yield (room, uid) for each way to split ``{room}__uid_s_{uid}__uid_e``, the shortest uid first."""
    if not ids.endswith(UID_END):
        return
    end = len(ids) - 7
    at = ids.rfind(UID_START, 0, end - 1)
    for _ in range(MOST_SPLITS):
        if at < 1:
            return
        yield ids[:at], ids[at + 8 : end]
        at = ids.rfind(UID_START, 0, at + 7)  # two markers may share an underscore


def _is_stamped(key: str) -> bool:
    stamp = key[-20:-3]
    return key[-21:-20] == "_" and key[-3:] == ".ts" and stamp.isdigit() and stamp.isascii()
