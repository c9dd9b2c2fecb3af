"""Draw short transport streams with faults, packet by packet."""

from collections.abc import Callable

from hypothesis import strategies as st

from tests.mpegts.material.streams import (
    AUDIO,
    AUDIO_ID,
    NULL,
    PAT,
    PMT,
    VIDEO,
    VIDEO_ID,
    Packet,
    pat,
    pes,
    pmt,
    read_packet,
    write_packet,
)

IDR = b"\x00\x00\x01\x09\xf0\x00\x00\x01\x65\x88\x80" + b"\x11" * 40
SLICE = b"\x00\x00\x01\x09\xf0\x00\x00\x01\x41\x9a\x20" + b"\x22" * 40


class StreamWriter:
    """Writes a stream, packet by packet."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self.counters: dict[int, int] = {}
        self.last: dict[int, bytes] = {}
        self.clock = 9_000_000  # PTS of the next video frame
        self.audio_pts = 9_000_000  # PTS of the next audio frame

    def put(self, pid: int, payload: bytes = b"", *, step: int = 1, **fields: object) -> None:
        """Write a packet with a counter *step* after the previous one."""
        cc = (self.counters.get(pid, 15) + step) & 15
        self.counters[pid] = cc
        raw = write_packet(Packet(pid, cc, payload, **fields))  # type: ignore[arg-type]
        self.last[pid] = raw
        self.packets.append(raw)

    def picture(self, step: int = 1, **fields: object) -> None:
        body = SLICE if len(self.packets) % 5 else IDR
        fields.setdefault("pcr", (self.clock - 9000) * 300)
        self.put(VIDEO, pes(VIDEO_ID, body, self.clock, length=False), step=step, starts=True, **fields)
        self.clock += 3600

    def more(self, step: int = 1, **fields: object) -> None:
        """Write a packet that continues the picture; each has other content."""
        self.put(VIDEO, bytes([0x33, len(self.packets) & 0xFF]) * 92, step=step, **fields)

    def sound(self, step: int = 1, **fields: object) -> None:
        self.put(
            AUDIO,
            pes(AUDIO_ID, bytes([len(self.packets) & 0x7F]) * 50, self.audio_pts),
            step=step,
            starts=True,
            **fields,
        )
        self.audio_pts += 1920

    def table(self, pid: int, payload: bytes, step: int = 1) -> None:
        self.put(pid, payload, step=step, starts=True)

    def again(self, pid: int, *, pcr: bool = False) -> None:
        """Repeat the last packet of a PID, optionally with another PCR."""
        raw = self.last.get(pid)
        if raw is None:
            return
        packet = read_packet(raw)
        if pcr and packet.pcr is not None:
            raw = raw[:6] + (((packet.pcr + 300) // 300) << 15 | 0x3F << 9).to_bytes(6) + raw[12:]
        self.packets.append(raw)

    def long_sound(self, given: int = 300) -> None:
        """Write a PES packet of 300 bytes in two packets, of which only *given* bytes are present."""
        whole = pes(AUDIO_ID, bytes([len(self.packets) & 0x7F]) * 286, self.audio_pts)
        self.audio_pts += 1920
        self.put(AUDIO, whole[:180], starts=True)
        if given > 180:
            self.put(AUDIO, whole[180:given])

    def clock_only(self, jump: float = 0.0) -> None:
        """Write a PCR without a frame, *jump* seconds off."""
        pcr = (self.clock - 12_600 + int(jump * 90_000)) * 300
        self.put(VIDEO, step=0, control=2, pcr=pcr)


Act = Callable[[StreamWriter], object]


def broken(payload: bytes) -> bytes:
    """Return a table with a flipped bit."""
    return payload[:-1] + bytes([payload[-1] ^ 1])


OTHER = pmt([(0x1B, VIDEO), (0x0F, AUDIO), (0x0F, 0x102)], version=1)
ACTS: dict[str, Act] = {
    "picture": StreamWriter.picture,
    "more of it": StreamWriter.more,
    "sound": StreamWriter.sound,
    "long sound": StreamWriter.long_sound,
    "five pictures": lambda story: [story.picture() for _ in range(5)],
    "PCR only": StreamWriter.clock_only,
    "PAT": lambda story: story.table(PAT, pat()),
    "PMT": lambda story: story.table(PMT, pmt()),
}
FAULTS: dict[str, Act] = {
    "one lost": lambda story: story.more(2),
    "fourteen lost": lambda story: story.sound(15),
    "fifteen lost": lambda story: story.sound(16),
    "back by one": lambda story: story.more(-1),
    "jump that says so": lambda story: story.picture(7, jumps=True),
    "flag without a jump": lambda story: story.sound(jumps=True),
    "adaptation field only": lambda story: story.put(VIDEO, step=0, control=2),
    "adaptation field only, counted": lambda story: story.put(VIDEO, step=1, control=2),
    "adaptation field only, with a jump that says so": lambda story: story.put(AUDIO, step=4, control=2, jumps=True),
    "picture again": lambda story: story.again(VIDEO),
    "picture again at another time": lambda story: story.again(VIDEO, pcr=True),
    "sound again": lambda story: story.again(AUDIO),
    "PAT again": lambda story: story.again(PAT),
    "PMT again": lambda story: story.again(PMT),
    "null": lambda story: story.put(NULL, bytes(184), step=3),
    "marked as damaged": lambda story: story.more(broken=True),
    "scrambled": lambda story: story.sound(scrambled=2),
    "no payload and no field": lambda story: story.put(VIDEO, bytes(184), control=0),
    "PAT, broken": lambda story: story.table(PAT, broken(pat())),
    "PMT, broken": lambda story: story.table(PMT, broken(pmt())),
    "another PMT": lambda story: story.table(PMT, OTHER),
    "two programs": lambda story: story.table(PAT, pat([(1, PMT), (2, 0x1001)])),
    "cut sound": lambda story: story.long_sound(180),
    "PCR early": lambda story: story.clock_only(-0.5),
    "PCR late": lambda story: story.clock_only(3),
    "PCR late, and says so": lambda story: story.put(
        VIDEO, step=0, control=2, jumps=True, pcr=story.clock * 300 + 9**9
    ),
    "time jumps": lambda story: setattr(story, "clock", story.clock + 200_000),
    "time jumps back": lambda story: setattr(story, "clock", story.clock - 50_000),
    "a PID nobody named": lambda story: story.put(0x1F0, bytes([len(story.packets) & 0xFF]) * 184),
}
ALL = ACTS | FAULTS


def write_stream(names: list[str]) -> list[bytes]:
    """Return the packets of a scenario."""
    story = StreamWriter()
    for name in names:
        ALL[name](story)
    return story.packets


HEADS = st.sampled_from(
    [["PAT", "PMT", "picture"], ["PAT", "PMT", "sound"], ["PAT", "picture", "PMT"], ["PMT", "PAT"], ["sound"]]
)
BODIES = st.lists(st.one_of(st.sampled_from(sorted(ACTS)), st.sampled_from(sorted(ALL))), min_size=5, max_size=60)
scenarios = st.builds(list.__add__, HEADS, BODIES)
