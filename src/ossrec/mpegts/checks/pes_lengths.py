"""Whether PES packets are as long as their headers say: shows losses that every counter passes over.

A loss of 16 packets, or of a multiple, leaves the continuity counter in order. The length that a PES packet declares
(ISO/IEC 13818-1 2.4.3.7, PES_packet_length) tells of it; that of video usually does not, being 0.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ossrec.mpegts.demux.columns import places, steps, up_to
from ossrec.mpegts.demux.packets import Ticks
from ossrec.mpegts.demux.pes import PidBatch

_HABIT = 4  # a stream of which one in so many PES packets has a wrong length says nothing by its lengths
_FEW = 2  # wrong lengths are no habit yet


class WrongLength(NamedTuple):
    """A PES packet that is not as long as it says."""

    packet: int  # number of the packet where the next one starts
    missing: int  # bytes; below 0 it is too long


@dataclass(slots=True)
class OpenPes:
    """The PES packet that has begun and not ended."""

    packet: int  # number of the packet where it starts
    declared: int  # bytes
    size: int  # bytes so far
    doubted: bool  # something else shows that it is not whole


class PesLengths:
    """The lengths of one PID."""

    def __init__(self) -> None:
        """Before the first PES packet."""
        self.open: OpenPes | None = None
        self._seen = 0
        self._wrong = 0

    def forget(self) -> None:
        """What comes next does not follow what was seen."""
        self.open = None

    def follow(self, part: PidBatch) -> list[WrongLength]:
        """Measure the PES packets that end in a batch: those that are not as long as they say."""
        numbers, declared = part.numbers, part.starts.declared
        doubts = up_to(part.doubts, numbers)
        if self.open is not None:
            self.open.size += int(part.before[0]) if len(numbers) else part.total
            self.open.doubted = self.open.doubted or bool(doubts[0] if len(numbers) else len(part.doubts))
        if not len(numbers):
            return []
        found: list[WrongLength] = []
        if self.open is not None and self.open.declared:
            short = 0 if self.open.doubted else self.open.declared - self.open.size
            found += self._take(np.array([short]), numbers[:1])
        has_length = declared[:-1] > 0
        missing = np.where(steps(doubts) > 0, 0, declared[:-1] - steps(part.before))[has_length]
        found += self._take(missing, numbers[1:][has_length])
        rest = part.total - int(part.before[-1])
        self.open = OpenPes(int(numbers[-1]), int(declared[-1]), rest, len(part.doubts) > int(doubts[-1]))
        return found

    @property
    def is_habit(self) -> bool:
        """The stream's lengths are never right, so that they show nothing."""
        return self._wrong > _FEW and self._wrong * _HABIT > self._seen

    def cut(self) -> OpenPes | None:
        """The last PES packet, if it ends before its time and nothing else explains that."""
        one = self.open
        return one if one is not None and not one.doubted and one.size < one.declared else None

    def _take(self, missing: Ticks, numbers: Ticks) -> list[WrongLength]:
        self._seen += len(missing)
        at = places(missing != 0)
        self._wrong += len(at)
        return [WrongLength(int(numbers[place]), int(missing[place])) for place in at.tolist()]
