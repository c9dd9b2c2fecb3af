"""Whether a video stream has the parameter sets without which no decoder can start (RFC 8216 3)."""

from ossrec.mpegts.codecs.probe import (
    all_parameter_sets,
    find_parameter_sets,
    has_start_code,
    is_length_prefixed,
    parameter_sets_of,
)
from ossrec.mpegts.demux.packets import Marks, Packets
from ossrec.mpegts.demux.pes import PidBatch, payload

PROBED_PACKETS = 16  # of a PES packet: some encoders write long SEI messages before the first slice
_MIN_PES = 2  # PES packets before start codes are reported as missing
_WHOLE_PES = 64  # PES packets without parameter sets that are read completely: one may contain several pictures


class ParameterSets:
    """The parameter sets of one video stream; once all were found, nothing more is read."""

    def __init__(self, codec: str) -> None:
        """Start before the first PES packet."""
        self._codec = codec
        self._missing = parameter_sets_of(codec)
        self._is_known = bool(self._missing)  # the codec is known, and every PES packet was probed
        self._has_key_frame = False
        self._precede_key_frame: bool | None = None
        self._probed = 0
        self._whole = 0  # PES packets that were read completely
        self._start_codes = 0  # PES packets with one
        self._prefixed = 0  # PES packets that have lengths in place of start codes

    @property
    def has_start_codes(self) -> bool:
        """PES packets have start codes; also true if too few were read to know."""
        if not self._missing or self._whole < _MIN_PES:
            return True
        return self._start_codes > 0 and self._prefixed * 2 <= self._whole

    @property
    def is_complete(self) -> bool | None:
        """All parameter sets were found; None: unknown, or no PES packet."""
        if not self._missing:
            return True if parameter_sets_of(self._codec) else None
        return False if self._is_known and self._probed and self.has_start_codes else None

    @property
    def precede_key_frame(self) -> bool | None:
        """All parameter sets come before the first key frame; None: unknown, or no key frame."""
        return self._precede_key_frame if self.has_start_codes else None

    def skip(self) -> None:
        """Continue after PES packets that were not probed: these may have parameter sets."""
        self._has_key_frame = True
        self._is_known = False

    def follow(self, packets: Packets, part: PidBatch, keys: Marks) -> None:
        """Probe the PES packets that start in a batch; *keys* marks those with a key frame."""
        for at in range(len(keys)):
            if not self._missing:
                if not self._has_key_frame and keys[at:].any():
                    self._has_key_frame = self._precede_key_frame = True
                return
            self.take(payload(packets, part, at, PROBED_PACKETS), is_key=bool(keys[at]))
            if self._missing and self._whole < _WHOLE_PES:
                self._take_whole(payload(packets, part, at, len(part.rows)))

    def take(self, start: bytes, *, is_key: bool) -> None:
        """Probe the *start* of a PES payload."""
        self._probed += 1
        names, has_picture = find_parameter_sets(self._codec, start)
        self._missing -= names
        if is_key and has_picture and not self._has_key_frame:
            self._has_key_frame = True
            self._precede_key_frame = not self._missing

    def _take_whole(self, data: bytes) -> None:
        """Search a PES payload behind its first picture."""
        self._missing -= all_parameter_sets(self._codec, data)
        self._whole += 1
        self._start_codes += has_start_code(data)
        self._prefixed += is_length_prefixed(self._codec, data)
