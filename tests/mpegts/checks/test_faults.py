"""Each fault that is put into an intact segment is found under its code."""

import pytest

from ossrec.mpegts.inspect_segment import inspect_blocks, inspect_edges
from ossrec.rules import RULES, area
from tests.mpegts.checks.test_healthy import alarms, edges, found
from tests.mpegts.material.breaking import count_on, kinds, lose, places, stream_of, without_key_frames, without_stream
from tests.mpegts.material.breaking_tables import as_type
from tests.mpegts.material.faults import FAULTS, HARMLESS, Fault
from tests.mpegts.material.healthy import BASE, healthy
from tests.mpegts.material.healthy import PACKED as PACKED_MUXER
from tests.mpegts.material.media import Recipe, encode
from tests.mpegts.material.payloads import (
    edit_payloads,
    grouped,
    length_prefixed,
    marked,
    unaligned,
    unmarked,
    without_frame_headers,
)
from tests.mpegts.material.streams import split

PACKED_AAC = "AAC only, some frames in a PES packet"
CASES = [(name, fault) for fault in FAULTS for name in BASE]
SUITED = [(name, fault) for name, fault in CASES if fault.needs <= kinds(healthy(name))]
NAMED = [f"{fault.name}: {name}" for name, fault in SUITED]

NOT_IN_ONE_SEGMENT = {
    *("TS353", "TS380", "TS381", "TS390", "TS410", "TS411", "TS420", "TS384", "TS385"),  # sequence/test_check.py
    "TS382",  # sequence/test_misplaced.py
    *("TS402", "TS403"),  # sequence/test_decoder_start.py
    "TS421",  # CHANGES below
    "TS311",  # segments that are not inspected: tests/judge/test_measure.py
}


def test_each_rule_of_a_segment_has_a_case() -> None:
    found = set().union(*(fault.codes for fault in (*FAULTS, *HARMLESS)))

    assert found | NOT_IN_ONE_SEGMENT == {code for code in RULES if area(code) == "TS"}
    assert not found & NOT_IN_ONE_SEGMENT


@pytest.mark.parametrize(("name", "fault"), SUITED, ids=NAMED)
def test_a_fault_is_found(name: str, fault: Fault) -> None:
    data = fault.inject(healthy(name))
    inspection = inspect_blocks([data])

    assert fault.codes <= set(found(inspection)), inspection.faults
    assert all(one.code in RULES for one in inspection.faults)


@pytest.mark.parametrize(("name", "fault"), SUITED, ids=NAMED)
def test_a_fault_does_not_depend_on_pieces(name: str, fault: Fault) -> None:
    data = fault.inject(healthy(name))

    assert inspect_blocks([data], piece=4099) == inspect_blocks([data])


@pytest.mark.parametrize(("name", "fault"), SUITED, ids=NAMED)
def test_a_fault_is_found_if_the_edges_touch(name: str, fault: Fault) -> None:
    data = fault.inject(healthy(name))

    assert fault.codes <= set(found(edges(data)))


@pytest.mark.parametrize("fault", HARMLESS, ids=[fault.name for fault in HARMLESS])
@pytest.mark.parametrize("name", BASE)
def test_what_the_standard_allows_raises_no_alarm(name: str, fault: Fault) -> None:
    if not fault.needs <= kinds(healthy(name)):
        return
    inspection = inspect_blocks([fault.inject(healthy(name))])

    assert alarms(found(inspection)) == [], inspection.faults
    assert fault.codes <= set(found(inspection))


WHOLE_ONLY = frozenset(("TS360", "TS362", "TS364", "TS400"))  # what was not read may hold what is missing


@pytest.mark.parametrize(("name", "fault"), SUITED, ids=NAMED)
def test_a_fault_in_the_part_that_was_read_is_found_at_depth_edges(name: str, fault: Fault) -> None:
    data = fault.inject(healthy(name))
    head, tail = int(len(data) * 0.75), int(len(data) * 0.2)

    inspection = inspect_edges(data[:head], data[-tail:], len(data))

    assert inspection.depth == "edges"
    assert fault.codes - WHOLE_ONLY <= set(found(inspection)), inspection.faults


@pytest.mark.parametrize("name", [name for name in BASE if name.startswith("H.26")])
def test_lengths_in_place_of_start_codes_are_found(name: str) -> None:
    data = length_prefixed(healthy(name))

    for inspection in (inspect_blocks([data]), inspect_blocks([data], piece=4099), edges(data, len(data) // 3)):
        assert alarms(found(inspection)) == ["TS404"]


@pytest.mark.parametrize("name", ["H.264 with layer III", "H.264 with AC-3", "H.264 with E-AC-3", "AAC only"])
def test_frames_without_headers_are_found_in_each_audio_codec(name: str) -> None:
    inspection = inspect_blocks([without_frame_headers(healthy(name))])

    assert "TS405" in found(inspection)


@pytest.mark.parametrize("name", ["H.264 with layer III", "H.264 with AC-3", "H.264 with E-AC-3", PACKED_AAC])
def test_frames_that_start_inside_pes_packets_have_headers(name: str) -> None:
    assert "TS405" not in found(inspect_blocks([unaligned("audio")(healthy(name))]))


def test_sixteen_lost_packets_show_by_the_length_of_their_pes_packet() -> None:
    inspection = inspect_blocks([lose("audio", 16)(healthy(PACKED_AAC))])

    assert [(one.code, one.lost) for one in inspection.faults] == [("TS350", 16)]


def test_many_lost_packets_with_a_continuous_counter_show_in_the_timestamps() -> None:
    inspection = inspect_blocks([lose("audio", 48, 0.3)(healthy("AAC only"))])

    assert found(inspection) == ["TS371"]
    assert inspection.faults[0].length == pytest.approx(49 * 1024 / 44_100, abs=0.03)


def test_lost_audio_pes_packets_with_a_continuous_counter_show_in_the_timestamps() -> None:
    data = encode(Recipe(video=None, seconds=20, sample_rate=48_000, bit_rate=64_000, muxer=PACKED_MUXER))
    own = places(data, stream_of(data, "audio"))
    assert all(split(data)[own[at]][1] & 0x40 for at in (320, 336, 352))  # one in sixteen packets

    inspection = inspect_blocks([lose("audio", 32, 320.5 / len(own))(data)])

    assert found(inspection) == ["TS371"]


def test_a_loss_has_its_packet_and_time() -> None:
    data = healthy("H.264 and AAC")
    pid = stream_of(data, "video")
    number = places(data, pid)[20]

    packets = split(data)
    one = inspect_blocks([b"".join(packets[:number] + packets[number + 1 :])]).faults[0]

    following = next(place for place in places(data, pid) if place > number) - 1
    assert (one.code, one.packet, one.lost) == ("TS350", following, 1)
    assert one.at is not None
    assert 0 < one.at < 2


def test_truncation_between_packets_shows_in_the_last_pes_packet() -> None:
    data = healthy("H.264 with AAC, some frames in a PES packet")
    packets = split(data)
    sound = [number for number in places(data, stream_of(data, "audio")) if not packets[number][1] & 0x40]

    inspection = inspect_blocks([b"".join(packets[: sound[len(sound) // 2]])])

    assert found(inspection) == ["TS430"]


CHANGES = {
    "picture size": Recipe(size=(320, 180), start=2.0),
    "sample rate": Recipe(sample_rate=48_000, start=2.0),
    "channels": Recipe(channels=2, start=2.0),
}


@pytest.mark.parametrize("after", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_of_format_inside_has_its_time(after: Recipe) -> None:
    before = encode(Recipe())

    inspection = inspect_blocks([count_on(before + encode(after))])

    assert alarms(found(inspection)) == ["TS421"]
    assert inspection.faults[0].at == pytest.approx(2.0, abs=0.1)
    assert (inspection.faults[0].packet or 0) >= len(split(before))


@pytest.mark.parametrize("name", [name for name in BASE if "only" not in name])
def test_a_mark_on_every_frame_is_not_believed(name: str) -> None:
    intact, broken = marked(healthy(name)), marked(without_key_frames(healthy(name)))

    assert inspect_blocks([intact]).streams[0].key_frames == inspect_blocks([healthy(name)]).streams[0].key_frames
    assert alarms(found(inspect_blocks([intact]))) == []
    assert "TS400" in found(inspect_blocks([broken]))


def test_a_key_frame_behind_other_pictures_of_its_pes_packet_is_found() -> None:
    data = edit_payloads("video", lambda number, payload: None if number < 15 else payload)(healthy("video only"))

    codes = found(inspect_blocks([unmarked(grouped(20)(data))]))

    assert "TS401" in codes
    assert "TS400" not in codes


def test_subtitles_of_a_segment_without_audio_and_video_are_named() -> None:
    subtitles = as_type("audio", 0x86)(healthy("H.264 and AAC"))

    (fault,) = [one for one in inspect_blocks([without_stream("video")(subtitles)]).faults if one.code == "TS362"]

    assert fault.detail == "the PMT lists PID 256 (h264); the segment has PID 257 (scte_35)"
