"""Whether a video stream has the parameter sets without which no decoder can start (RFC 8216 3)."""

from ossrec.mpegts.codecs.probe import all_parameter_sets, find_parameter_sets, parameter_sets_of
from ossrec.mpegts.demux.packets import Marks, Packets
from ossrec.mpegts.demux.pes import PidBatch, payload

PROBED_PACKETS = 16  # of a PES packet: some encoders write long SEI messages before the first slice
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

    @property
    def is_complete(self) -> bool | None:
        """All parameter sets were found; None: unknown, or no PES packet."""
        if not self._missing:
            return True if parameter_sets_of(self._codec) else None
        return False if self._is_known and self._probed else None

    @property
    def precede_key_frame(self) -> bool | None:
        """All parameter sets come before the first key frame; None: unknown, or no key frame."""
        return self._precede_key_frame

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
            if self._missing and self._probed <= _WHOLE_PES:
                self._missing -= all_parameter_sets(self._codec, payload(packets, part, at, len(part.rows)))

    def take(self, start: bytes, *, is_key: bool) -> None:
        """Probe the *start* of a PES payload."""
        self._probed += 1
        names, has_picture = find_parameter_sets(self._codec, start)
        self._missing -= names
        if is_key and has_picture and not self._has_key_frame:
            self._has_key_frame = True
            self._precede_key_frame = not self._missing
