"""The lines of a playlist as bytes, edited one by one; lines without an edit stay byte for byte."""

import codecs
from collections import Counter
from collections.abc import Iterable


class LineEdits:
    """Edits of a playlist, by the line numbers that it had before any edit, from 1."""

    def __init__(self, data: bytes) -> None:
        """Start without edits. Lines end in LF or CR LF; the last line may have no end."""
        self._raw = data.split(b"\n")
        self._ended = not self._raw[-1]
        if self._ended:
            self._raw.pop()
        self._end = b"\r" if self._raw and self._raw[0].endswith(b"\r") else b""
        self._changed: dict[int, bytes | None] = {}
        self._before: dict[int, list[bytes]] = {}
        self.changes: Counter[str] = Counter()  # description of an edit -> how many of them

    def __len__(self) -> int:
        """Return the number of lines before any edit."""
        return len(self._raw)

    def __getitem__(self, number: int) -> bytes:
        """Return a line as edited so far, without its end; empty if it was removed."""
        line = self._changed.get(number, self._raw[number - 1])
        return b"" if line is None else line.removesuffix(b"\r")

    def is_ended(self) -> bool:
        """Return whether the last line has an end."""
        return self._ended

    def replace(self, number: int, line: bytes, what: str) -> None:
        """Replace a line; *what* describes the edit to people."""
        self._changed[number] = line + (b"\r" if self._raw[number - 1].endswith(b"\r") else b"")
        self.changes[what] += 1

    def remove(self, number: int, what: str) -> None:
        """Remove a line; *what* may be empty if another edit describes it."""
        self._changed[number] = None
        if what:
            self.changes[what] += 1

    def insert(self, number: int, lines: Iterable[bytes], what: str) -> None:
        """Insert *lines* before line *number*, after lines inserted there earlier; ``len + 1`` is the end."""
        self._before.setdefault(number, []).extend(line + self._end for line in lines)
        self.changes[what] += 1

    def remove_byte_order_mark(self, what: str) -> None:
        """Remove a byte order mark from the first line."""
        self._changed[1] = self._raw[0].removeprefix(codecs.BOM_UTF8)
        self.changes[what] += 1

    def end(self, what: str) -> None:
        """Add the end of the last line if it has none."""
        if not self._ended:
            self._ended = True
            self.changes[what] += 1

    def render(self) -> bytes:
        """Return the playlist with all edits."""
        found: list[bytes] = []
        for number, raw in enumerate(self._raw, 1):
            found += self._before.get(number, ())
            line = self._changed.get(number, raw)
            if line is not None:
                found.append(line)
        behind = self._before.get(len(self._raw) + 1, [])
        found += behind
        if not found:
            return b""
        is_last_removed = self._changed.get(len(self._raw), b"") is None  # the line before it had an end
        return b"\n".join(found) + (b"\n" if self._ended or behind or is_last_removed else b"")
