"""The lines of a playlist as bytes, changed one by one; what is not changed stays byte for byte."""

import codecs
from collections import Counter
from collections.abc import Iterable


class LineEdits:
    """Changes to a playlist, told by the numbers its lines have before any change, from 1."""

    def __init__(self, data: bytes) -> None:
        """Nothing is changed yet. Lines end in LF or CR LF, the last one perhaps in nothing."""
        self._raw = data.split(b"\n")
        self._ended = not self._raw[-1]
        if self._ended:
            self._raw.pop()
        self._end = b"\r" if self._raw and self._raw[0].endswith(b"\r") else b""
        self._changed: dict[int, bytes | None] = {}
        self._before: dict[int, list[bytes]] = {}
        self.changes: Counter[str] = Counter()  # what was done -> how often

    def __len__(self) -> int:
        """How many lines there are, before any change."""
        return len(self._raw)

    def __getitem__(self, number: int) -> bytes:
        """A line as it is now, without its end; empty when it was taken out."""
        line = self._changed.get(number, self._raw[number - 1])
        return b"" if line is None else line.removesuffix(b"\r")

    def is_ended(self) -> bool:
        """The last line has an end."""
        return self._ended

    def replace(self, number: int, line: bytes, what: str) -> None:
        """Put another line in its place; *what* says so to people."""
        self._changed[number] = line + (b"\r" if self._raw[number - 1].endswith(b"\r") else b"")
        self.changes[what] += 1

    def remove(self, number: int, what: str) -> None:
        """Take a line out; *what* may be empty when another change says it."""
        self._changed[number] = None
        if what:
            self.changes[what] += 1

    def insert(self, number: int, lines: Iterable[bytes], what: str) -> None:
        """Put lines before the one of that *number*, behind what was put there already; ``len + 1`` is the end."""
        self._before.setdefault(number, []).extend(line + self._end for line in lines)
        self.changes[what] += 1

    def drop_mark(self, what: str) -> None:
        """Take a byte order mark out of the first line."""
        self._changed[1] = self._raw[0].removeprefix(codecs.BOM_UTF8)
        self.changes[what] += 1

    def end(self, what: str) -> None:
        """End the last line, if nothing does."""
        if not self._ended:
            self._ended = True
            self.changes[what] += 1

    def render(self) -> bytes:
        """The playlist with its changes."""
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
        return b"\n".join(found) + (b"\n" if self._ended or behind else b"")
