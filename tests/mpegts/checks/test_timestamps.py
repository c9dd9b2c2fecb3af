"""Timestamps and PCR: wraps, gaps, and distances that are correct."""

import pytest

from ossrec.mpegts.inspect_segment import inspect_blocks
from ossrec.mpegts.inspection import WRAP, Inspection
from tests.mpegts.material.streams import (
    AUDIO,
    AUDIO_ID,
    PAT,
    PMT,
    VIDEO,
    VIDEO_ID,
    Packet,
    pat,
    pes,
    pmt,
    write_packet,
)

SLICE = b"\x00\x00\x01\x09\xf0\x00\x00\x01\x65\x88\x80"


def film(times: list[int], *, pcrs: list[int] | None = None, announced: frozenset[int] = frozenset()) -> bytes:
    """Return pictures at these ticks, each with a PCR."""
    rows = [Packet(PAT, 0, pat(), starts=True), Packet(PMT, 0, pmt([(0x1B, VIDEO)]), starts=True)]
    for number, ticks in enumerate(times):
        pcr = ticks if pcrs is None else pcrs[number]
        body = pes(VIDEO_ID, SLICE, ticks, length=False)
        jumps = number in announced
        rows.append(Packet(VIDEO, number & 15, body, starts=True, random=True, jumps=jumps, pcr=pcr % WRAP * 300))
    return b"".join(map(write_packet, rows))


def codes(data: bytes) -> list[str]:
    return [fault.code for fault in inspect_blocks([data]).faults]


def steps(*distances: int, start: int = 90_000) -> list[int]:
    """Return times with these distances."""
    times = [start]
    for distance in distances:
        times.append(times[-1] + distance)
    return times


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        pytest.param(steps(*[3600] * 50), [], id="25 pictures a second"),
        pytest.param(steps(*[90_000] * 12), [], id="one picture a second"),
        pytest.param(steps(*[18_000] * 12, 54_000, *[18_000] * 12), [], id="five a second, two of them left out"),
        pytest.param(steps(*[3003, 3003, 3004] * 9), [], id="29.97 a second"),
        pytest.param(steps(*[3600] * 20, start=WRAP - 36_000), [], id="over the wrap"),
        pytest.param(steps(*[3600] * 20, 90_000, *[3600] * 20), ["TS371"], id="a second without pictures"),
        pytest.param(steps(*[3600] * 20, 62_000, *[3600] * 20), [], id="just less than 0.7 s without pictures"),
        pytest.param(steps(*[3600] * 20, -90_000, *[3600] * 20), ["TS370", "TS372"], id="timestamps that go back"),
    ],
)
def test_distances(times: list[int], expected: list[str]) -> None:
    assert codes(film([ticks % WRAP for ticks in times])) == expected


def shifted(by: int) -> list[int]:
    return [ticks + (by if number >= 10 else 0) for number, ticks in enumerate(steps(*[3600] * 20))]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        pytest.param(9_000 + 7_000, ["TS370"], id="forward by more than 100 ms"),
        pytest.param(5_000, [], id="forward by less than 100 ms"),
        pytest.param(-4_000, ["TS370"], id="back"),
    ],
)
def test_a_pcr_that_leaves_its_frames(by: int, expected: list[str]) -> None:
    assert codes(film(steps(*[3600] * 20), pcrs=shifted(by))) == expected


def test_a_declared_discontinuity_is_not_reported() -> None:
    assert codes(film(steps(*[3600] * 20), pcrs=shifted(-60_000), announced=frozenset((10,)))) == []


def test_a_gap_has_its_time_and_length() -> None:
    (fault,) = inspect_blocks([film(steps(*[3600] * 20, 90_000, *[3600] * 20))]).faults

    assert (fault.code, fault.packet) == ("TS371", 2 + 21)
    assert (fault.at, fault.length) == (pytest.approx(0.8), pytest.approx(1.0))


def seen(times: list[int]) -> Inspection:
    return inspect_blocks([film([ticks % WRAP for ticks in times])])


def test_a_wrap_is_counted_out() -> None:
    inspection = seen(steps(*[3600] * 24, start=WRAP - 36_000))

    assert (inspection.first_pts, inspection.duration) == (WRAP - 36_000, 1.0)


def test_reordered_pictures_are_measured_in_presentation_order() -> None:
    shown = [number for group in range(8) for number in (3 * group + 2, 3 * group, 3 * group + 1)]
    inspection = seen([90_000 + 3600 * number for number in shown])

    assert (inspection.first_pts, inspection.duration) == (90_000, pytest.approx(24 * 0.04))


def test_audio_without_any_pts_is_reported() -> None:
    sound = [Packet(AUDIO, number, pes(AUDIO_ID, b"\xff" + bytes(49), None), starts=True) for number in range(10)]
    rows = film(steps(*[3600] * 30)).replace(write_packet(Packet(PMT, 0, pmt([(0x1B, VIDEO)]), starts=True)), b"")
    tables = write_packet(Packet(PMT, 0, pmt(), starts=True))
    data = rows[:188] + tables + rows[188:] + b"".join(map(write_packet, sound))

    assert [(fault.code, fault.detail) for fault in inspect_blocks([data]).faults] == [
        ("TS371", "PID 257 (aac): no PTS at all")
    ]


def test_a_segment_truncated_inside_a_packet_is_intact_before() -> None:
    inspection = inspect_blocks([film(steps(*[3600] * 24))[:-100]])

    (fault,) = inspection.faults
    assert (fault.code, fault.at, fault.length) == ("TS430", inspection.duration, 0.0)
