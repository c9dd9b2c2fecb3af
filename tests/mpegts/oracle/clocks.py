"""PCR: ISO/IEC 13818-1 2.4.3.5, ETSI TR 101 290 2.3b."""

from collections.abc import Iterator
from itertools import pairwise

from tests.mpegts.material.streams import read_packet
from tests.mpegts.oracle.fact import Fact
from tests.mpegts.oracle.frames import gather, signed, usual

TENTH = 9_000  # ticks of 1/90000 s


def check_pcr(packets: list[bytes], pid: int) -> Iterator[Fact]:
    """Return where the PCR of a PID steps back, or by more than 100 ms unlike its frames, unless declared."""
    frames = [(pes.packet, pes.dts) for pes in gather(packets, pid) if pes.dts is not None]
    if not frames:
        return
    steps = [step for a, b in pairwise(frames) if (step := signed(b[1] - a[1])) > 0]
    leeway = TENTH + (usual(steps) if steps else 0)
    clock: list[tuple[int, int]] = []  # number of the packet, PCR
    announced: list[int] = []
    before = b""
    for number, raw in enumerate(packets):
        packet = read_packet(raw)
        if packet.pid != pid or packet.broken or packet.control == 0:
            continue
        if packet.has_payload and before[:6] + before[12:] == raw[:6] + raw[12:] and packet.pcr is not None:
            continue  # sent again
        before = raw
        if packet.jumps:
            announced.append(number)
        if packet.pcr is not None:
            clock.append((number, packet.pcr))
    for (here, one), (there, other) in pairwise(clock):
        step = (other - one + (150 << 33)) % (300 << 33) - (150 << 33)
        told = signed(time_at(frames, there) - time_at(frames, here))
        excused = any(here < number <= there for number in announced)
        if not excused and (step < 0 or (step > 300 * TENTH and abs(step // 300 - told) > leeway)):
            yield Fact("TS370", there)


def time_at(frames: list[tuple[int, int]], number: int) -> int:
    """Return the DTS of the last frame that starts in a packet or before; before the first frame, its own."""
    return next((dts for packet, dts in reversed(frames) if packet <= number), frames[0][1])
