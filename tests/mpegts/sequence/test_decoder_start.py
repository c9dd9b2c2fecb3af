"""Video without parameter sets: in a segment, in the first frames of a segment, in the whole recording."""

import pytest

from ossrec.mpegts.inspect_segment import inspect_blocks
from ossrec.mpegts.sequence.check import check_segments
from tests.mpegts.checks.test_healthy import alarms, edges
from tests.mpegts.material.breaking import Change
from tests.mpegts.material.breaking_tables import late_tables
from tests.mpegts.material.healthy import RECIPES
from tests.mpegts.material.media import Recipe, cut, encode
from tests.mpegts.material.payloads import edit_payloads, join_units, nal_units, without_parameter_sets
from tests.mpegts.sequence.test_check import found, rows

CODECS = {"h264": "libx264", "hevc": "libx265", "mpeg2video": "mpeg2video"}
BOTH = frozenset((0, 25))  # the key frames of a segment of 2 s


def only(types: frozenset[int]) -> Change:
    """Remove NAL units of these types (H.264)."""
    return edit_payloads(
        "video", lambda _, payload: join_units([unit for unit in nal_units(payload) if unit[0] & 0x1F not in types])
    )


def series(codec: str) -> list[bytes]:
    return list(cut(Recipe(video=CODECS[codec], seconds=4)))


@pytest.mark.parametrize("codec", CODECS)
def test_the_material_is_intact_if_nothing_is_removed(codec: str) -> None:
    change = without_parameter_sets(codec, kept=frozenset(range(1000)))

    assert alarms(list(found(rows([change(one) for one in series(codec)])))) == []


@pytest.mark.parametrize("codec", CODECS)
def test_parameter_sets_only_in_the_first_segment(codec: str) -> None:
    first, *later = series(codec)

    codes = found(rows([first, *map(without_parameter_sets(codec), later)]))

    assert codes == {"TS402": list(range(1, len(later) + 1))}


@pytest.mark.parametrize("codec", CODECS)
def test_parameter_sets_in_all_segments_but_the_first(codec: str) -> None:
    first, *later = series(codec)

    assert found(rows([without_parameter_sets(codec)(first), *later])) == {"TS402": [0]}


@pytest.mark.parametrize("codec", CODECS)
def test_no_parameter_sets_in_the_whole_recording(codec: str) -> None:
    placed = rows(list(map(without_parameter_sets(codec), series(codec))))

    findings = check_segments("room/a.m3u8", placed)

    assert [finding.code for finding in findings] == ["TS403"]
    assert findings[0].start == 0
    assert findings[0].length == pytest.approx(4, abs=0.2)


@pytest.mark.parametrize("missing", [7, 8], ids=["no SPS", "no PPS"])
def test_one_of_the_parameter_sets_is_not_enough(missing: int) -> None:
    assert set(found(rows(list(map(only(frozenset((missing,))), series("h264")))))) == {"TS403"}


def test_parameter_sets_with_the_second_key_frame() -> None:
    data = without_parameter_sets(kept=frozenset((25,)))(encode(Recipe()))

    (finding,) = check_segments("room/a.m3u8", rows([data]))

    assert finding.code == "TS402"
    assert inspect_blocks([data]).streams[0].has_parameter_sets


def test_parameter_sets_before_a_later_key_frame_than_the_first_are_not_required() -> None:
    assert found(rows([without_parameter_sets(kept=frozenset((0,)))(encode(Recipe()))])) == {}


def test_parameter_sets_that_come_before_the_tables() -> None:
    assert set(found(rows([late_tables(encode(Recipe()))]))) == {"TS342"}


def test_a_recording_that_was_not_read_completely_is_not_damaged() -> None:
    data = without_parameter_sets()(encode(Recipe(seconds=6)))
    (one,) = rows([data])
    (partly,) = rows([data])[:1]

    at_edges = check_segments("", [one._replace(inspection=edges(data, 8000))])
    second = check_segments("", [partly._replace(number=1)])

    assert [finding.code for finding in at_edges] == ["TS402"]
    assert [finding.code for finding in second] == ["TS402"]


def test_the_unread_middle_may_have_parameter_sets() -> None:
    data = edit_payloads("video", lambda number, payload: None if number < 20 else payload)(encode(Recipe(seconds=6)))
    data = without_parameter_sets(kept=BOTH)(data)

    assert "TS402" not in found([rows([data])[0]._replace(inspection=edges(data, 4000))])


@pytest.mark.parametrize("name", [name for name, recipe in RECIPES.items() if recipe.video])
def test_intact_video_has_parameter_sets_before_its_first_key_frame(name: str) -> None:
    (video,) = [one for one in inspect_blocks([encode(RECIPES[name])]).streams if one.format.kind == "video"]

    assert video.has_parameter_sets
    assert video.starts_with_parameter_sets
