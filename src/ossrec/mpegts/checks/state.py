"""The state of one segment's inspection: everything that the checks carry from one batch of packets to the next."""

from ossrec.mpegts.checks.pcr import PcrClocks
from ossrec.mpegts.checks.streams import ElementaryStreams
from ossrec.mpegts.demux.continuity import ContinuityCounters
from ossrec.mpegts.demux.psi import Tables
from ossrec.mpegts.demux.sync import PacketFramer


class SegmentAnalysis:
    """Packet sync, continuity counters, tables, elementary streams and PCR of one segment, as read so far."""

    def __init__(self) -> None:
        """Create the state before the first packet."""
        self.framer = PacketFramer()
        self.counters = ContinuityCounters()
        self.tables = Tables()
        self.streams = ElementaryStreams()
        self.pcr_clocks = PcrClocks()

    def skip_to(self, offset: int) -> None:
        """Continue at byte *offset* of the segment; the bytes in between were not read."""
        self.framer.resume_at(offset)
        for one in (self.counters, self.tables, self.streams, self.pcr_clocks):
            one.resume_after_gap()

    def name(self, pid: int) -> str:
        """Return the name of a PID for the detail of a finding, such as ``PID 256 (h264)``."""
        if pid in self.streams.by_pid:
            return self.streams.by_pid[pid].name
        if pid == 0:
            return "PID 0 (PAT)"
        return f"PID {pid} (PMT)" if pid in self.tables.programs.values() else f"PID {pid}"
