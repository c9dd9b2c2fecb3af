"""Whether an audio stream has the frame headers without which no decoder can start."""

from ossrec.mpegts.codecs.probe import has_frame_headers, probe, starts_like_a_frame

_MIN_PES = 3  # PES packets without a header before the stream is reported
_JOINED = 32 * 1024  # bytes of them that are searched for frames that do not start with a PES packet


class FrameHeaders:
    """The PES packets of one audio stream, up to the first one with a frame header."""

    def __init__(self, codec: str) -> None:
        """Start before the first PES packet."""
        self._codec = codec
        self._count = 0
        self._joined = bytearray()
        self._may_have = not has_frame_headers(codec)

    def take(self, payload: bytes) -> None:
        """Add a PES payload in which no frame header was found."""
        self._count += 1
        self._may_have = self._may_have or starts_like_a_frame(self._codec, payload)
        if len(self._joined) < _JOINED:
            self._joined += payload

    def are_missing(self) -> bool:
        """Return whether no PES packet has a header, and there are enough of them."""
        return not self._may_have and self._count >= _MIN_PES and probe(self._codec, bytes(self._joined)) is None
