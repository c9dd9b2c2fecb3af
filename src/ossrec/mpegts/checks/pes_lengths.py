"""PES packets that are shorter or longer than declared: losses that no continuity counter shows.

The loss of 16 packets, or a multiple of 16, leaves the continuity counter continuous. PES_packet_length (ISO/IEC
13818-1 2.4.3.7) shows such a loss, but is usually 0 for video.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ossrec.mpegts.demux.columns import count_up_to, indices, steps
from ossrec.mpegts.demux.packets import Ticks
from ossrec.mpegts.demux.pes import PidBatch

_UNRELIABLE = 4  # lengths of a stream are ignored if more than one in so many PES packets is wrong
_MIN_WRONG = 3  # wrong lengths before they are ignored


class WrongLength(NamedTuple):
    """A PES packet that is not as long as declared."""

    packet: int  # number of the packet where the next one starts
    missing: int  # bytes; negative: the PES packet is too long


@dataclass(slots=True)
class OpenPes:
    """The PES packet that has started and not ended."""

    packet: int  # number of the packet where it starts
    declared: int  # bytes
    size: int  # bytes so far
    has_loss: bool  # another check shows that packets are lost


class PesLengths:
    """The PES packet lengths of one PID."""

    def __init__(self) -> None:
        """Start before the first PES packet."""
        self.open: OpenPes | None = None
        self._seen = 0
        self._wrong = 0

    def resume_after_gap(self) -> None:
        """Continue after bytes that were not read: the next packet does not follow the last one."""
        self.open = None

    def follow(self, part: PidBatch) -> list[WrongLength]:
        """Measure the PES packets that end in a batch; return those that are not as long as declared."""
        numbers, declared = part.numbers, part.starts.declared
        losses = count_up_to(part.possible_losses, numbers)
        if self.open is not None:
            self.open.size += int(part.before[0]) if len(numbers) else part.total
            self.open.has_loss = self.open.has_loss or bool(losses[0] if len(numbers) else len(part.possible_losses))
        if not len(numbers):
            return []
        found: list[WrongLength] = []
        if self.open is not None and self.open.declared:
            short = 0 if self.open.has_loss else self.open.declared - self.open.size
            found += self._take(np.array([short]), numbers[:1])
        has_length = declared[:-1] > 0
        missing = np.where(steps(losses) > 0, 0, declared[:-1] - steps(part.before))[has_length]
        found += self._take(missing, numbers[1:][has_length])
        rest = part.total - int(part.before[-1])
        self.open = OpenPes(int(numbers[-1]), int(declared[-1]), rest, len(part.possible_losses) > int(losses[-1]))
        return found

    @property
    def is_unreliable(self) -> bool:
        """The lengths of the stream are wrong so often that they show nothing."""
        return self._wrong >= _MIN_WRONG and self._wrong * _UNRELIABLE > self._seen

    def truncated(self) -> OpenPes | None:
        """Return the last PES packet if it is too short and no other check explains that."""
        one = self.open
        return one if one is not None and not one.has_loss and one.size < one.declared else None

    def _take(self, missing: Ticks, numbers: Ticks) -> list[WrongLength]:
        self._seen += len(missing)
        at = indices(missing != 0)
        self._wrong += len(at)
        return [WrongLength(int(numbers[index]), int(missing[index])) for index in at.tolist()]
