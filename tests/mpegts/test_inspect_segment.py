"""Inspection of a segment: its values, the bounds of its faults, files and edges."""

import subprocess
import sys
from pathlib import Path

import pytest

from ossrec.mpegts.inspect_segment import inspect_blocks, inspect_bytes, inspect_edges, inspect_file
from ossrec.mpegts.inspection import MAX_FAULTS, Inspection
from tests.mpegts.material.streams import (
    AUDIO,
    AUDIO_ID,
    PAT,
    PMT,
    SIZE,
    VIDEO,
    VIDEO_ID,
    Packet,
    pat,
    pes,
    pid_of,
    pmt,
    split,
    write_packet,
)

SLICE = b"\x00\x00\x01\x09\xf0\x00\x00\x01\x65\x88\x80"


def segment(frames: int = 50, start: int = 90_000, body: int = 400) -> bytes:
    """Return pictures of a few packets, each with an audio frame."""
    rows = [Packet(PAT, 0, pat(), starts=True), Packet(PMT, 0, pmt(), starts=True)]
    counters = {VIDEO: 0, AUDIO: 0}

    def put(pid: int, payload: bytes, pcr: int | None = None) -> None:
        room = 176 if pcr is not None else 182
        parts = [payload[:room], *(payload[at : at + 184] for at in range(room, len(payload), 184))]
        for number, part in enumerate(parts):
            first = number == 0
            rows.append(Packet(pid, counters[pid] & 15, part, starts=first, random=first, pcr=pcr if first else None))
            counters[pid] += 1

    for number in range(frames):
        ticks = start + 3600 * number
        put(VIDEO, pes(VIDEO_ID, SLICE + bytes([number & 255]) * body, ticks, length=False), ticks * 300)
        put(AUDIO, pes(AUDIO_ID, b"\xff" + bytes([number & 127]) * 299, ticks))
    return b"".join(map(write_packet, rows))


SOUND = segment()


def test_the_inspection_of_an_intact_segment() -> None:
    inspection = inspect_blocks([SOUND])

    assert inspection.faults == ()
    assert (inspection.depth, inspection.packet_size) == ("full", SIZE)
    assert (inspection.size, inspection.read, inspection.packets) == (len(SOUND), len(SOUND), len(SOUND) // SIZE)
    assert [(one.pid, one.first_pts, one.length, one.key_frames) for one in inspection.streams] == [
        (VIDEO, 90_000, 180_000, 50),
        (AUDIO, 90_000, 180_000, None),
    ]
    assert [(one.pid, one.first) for one in inspection.counters] == [(PAT, 0), (VIDEO, 0), (AUDIO, 0), (PMT, 0)]


@pytest.mark.parametrize("size", [1, 7, 187, 188, 189, 5000])
def test_blocks_of_any_size_give_the_same(size: int) -> None:
    blocks = [memoryview(SOUND[at : at + size]) for at in range(0, len(SOUND), size)]

    assert inspect_blocks([b"", *blocks, bytearray()], piece=2500) == inspect_blocks([SOUND])


def test_tables_are_late_only_for_streams_of_the_first_pmt() -> None:
    later = pmt([(0x1B, VIDEO), (0x0F, AUDIO), (0x06, PAT)], version=1)
    data = SOUND[: 2 * SIZE] + write_packet(Packet(PMT, 1, later, starts=True)) + SOUND[2 * SIZE :]

    assert [fault.code for fault in inspect_blocks([data]).faults] == ["TS361"]


@pytest.mark.parametrize("piece", [1880, 2500, len(SOUND), 1 << 23])
def test_bytes_in_memory_give_the_same(piece: int) -> None:
    assert inspect_bytes(bytearray(SOUND), piece=piece) == inspect_blocks([SOUND])
    assert inspect_bytes(b"") == inspect_blocks([])


def test_a_file_gives_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.ts"
    path.write_bytes(SOUND)

    assert inspect_file(path) == inspect_file(str(path)) == inspect_blocks([SOUND])
    with pytest.raises(FileNotFoundError):
        inspect_file(tmp_path / "b.ts")


def test_edges_that_touch_are_depth_full() -> None:
    whole = inspect_blocks([SOUND])

    assert inspect_edges(SOUND[:10_000], SOUND[10_000:], len(SOUND)) == whole
    assert inspect_edges(SOUND[:10_000], SOUND[4_000:], len(SOUND)) == whole
    assert inspect_edges(SOUND, SOUND, len(SOUND)) == whole
    assert inspect_edges(SOUND, b"", len(SOUND)) == whole


def test_edges_give_start_end_and_counters() -> None:
    whole, ends = inspect_blocks([SOUND]), inspect_edges(SOUND[:6_000], SOUND[-6_001:], len(SOUND))

    assert (ends.depth, ends.read, ends.size, ends.faults) == ("edges", 12_001, len(SOUND), ())
    assert (ends.first_pts, ends.duration) == (whole.first_pts, whole.duration)
    media = {VIDEO, AUDIO}
    assert [one for one in ends.counters if one.pid in media] == [one for one in whole.counters if one.pid in media]


def test_a_stream_in_the_tail_only_has_no_known_start() -> None:
    late = b"".join(row for number, row in enumerate(split(SOUND)) if number > 60 or pid_of(row) != AUDIO)

    ends = inspect_edges(late[:6_000], late[-6_000:], len(late))

    sound = ends.first("audio")
    assert sound is not None
    assert (sound.first_pts, sound.length) == (None, None)
    assert AUDIO not in [one.pid for one in ends.counters]
    assert ends.faults == ()


def lose(data: bytes, every: int) -> bytes:
    """Return the stream without every *every*-th packet after the tables."""
    rows = split(data)
    return b"".join(row for number, row in enumerate(rows) if number < 10 or number % every)


def test_faults_above_the_limit_are_counted() -> None:
    data = lose(segment(300), 9)

    inspection = inspect_blocks([data])

    lost = [fault for fault in inspection.faults if fault.code == "TS350"]
    assert len(lost) == MAX_FAULTS
    assert "more from here on" in lost[-1].detail
    assert sum(fault.lost or 0 for fault in lost) == (len(segment(300)) - len(data)) // SIZE


def test_faults_are_in_order_of_packets_and_have_times() -> None:
    faults = inspect_blocks([lose(SOUND, 40)]).faults

    assert [fault.packet for fault in faults] == sorted(fault.packet or 0 for fault in faults)
    assert all(fault.at is not None and fault.length is not None and 0 <= fault.at <= 2 for fault in faults)


def test_a_loss_has_the_time_of_the_frame_it_affects() -> None:
    rows = split(SOUND)
    place = next(number for number, row in enumerate(rows) if number > 100 and not row[1] & 0x40)
    pid = pid_of(rows[place])
    behind = next(number for number, row in enumerate(rows) if number > place and pid_of(row) == pid)

    (fault,) = inspect_blocks([b"".join(rows[:place] + rows[place + 1 :])]).faults

    frame = sum(1 for row in rows[:place] if row[1] & 0x40 and pid_of(row) == pid) - 1
    assert (fault.code, fault.lost, fault.packet) == ("TS350", 1, behind - 1)
    assert (fault.at, fault.length) == (pytest.approx(frame * 0.04), pytest.approx(0.04))


def test_damaged_packets_close_together_are_one_fault() -> None:
    rows = [bytearray(row) for row in split(SOUND)]
    for row in rows[50:60]:
        row[1] |= 0x80

    damage = [fault for fault in inspect_blocks([b"".join(rows)]).faults if fault.code == "TS330"]

    assert sum(fault.lost or 0 for fault in damage) == 10
    assert len(damage) <= 2  # one for each stream


def test_bytes_that_are_not_a_transport_stream() -> None:
    inspection = inspect_blocks([b"<html>", b"404" * 1000])

    assert (inspection.packet_size, inspection.packets, inspection.streams) == (None, 0, ())
    assert [(fault.code, fault.detail) for fault in inspection.faults] == [("TS310", "HTML")]
    assert inspect_blocks([]).faults[0].detail == "0 bytes"


def many(count: int) -> bytes:
    """Return packets of so many PIDs in turn, each the start of a PES packet."""
    return b"".join(
        write_packet(Packet(0x20 + number % 8000, number % 7, pes(VIDEO_ID, b"x" * 99, number), starts=True))
        for number in range(count)
    )


FLOODS = {
    "a packet of each PID": many(8000),
    "sync lost after every run": (many(6) + b"junk") * 400,
    "no sync at all, many sync bytes": b"\x47\x00\x47" * 100_000,
    "tables that change in each packet": b"".join(
        write_packet(Packet(pid, at & 15, table, starts=True))
        for at in range(1500)
        for pid, table in ((PAT, pat([(at, PMT)])), (PMT, pmt([(0x1B, 0x20 + at), (at & 255, 0x20)])))
    ),
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_of_faults_is_bounded(flood: str) -> None:
    inspection: Inspection = inspect_blocks([FLOODS[flood]])

    codes = [fault.code for fault in inspection.faults]
    assert codes
    assert max(codes.count(code) for code in set(codes)) <= MAX_FAULTS
    assert len(inspection.streams) <= 128
    assert len(inspection.counters) <= 256


def test_stored_values_do_not_need_numpy() -> None:
    script = (
        "import sys, ossrec.mpegts.inspection, ossrec.mpegts.sequence.check\n"
        "assert 'numpy' not in sys.modules, 'numpy is loaded'"
    )

    subprocess.run([sys.executable, "-c", script], check=True)
