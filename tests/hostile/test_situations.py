"""Situations of real buckets, and the verdict for each."""

import shutil
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.running import Ossrec
from tests.scan.bucket_maker import DAY, put, rid

STEP = 15  # seconds of a segment
MINUTE = 60
Bucket = Path
Row = dict[str, Any]


def stem(room: str = "room", *, number: int = 1, bak: str = "", uid: str = "") -> str:
    return f"{bak}rid_{rid(number)}_{room}" + (f"__uid_s_{uid}__uid_e" if uid else "")


def segments(of: str, count: int, begin: int = DAY) -> list[str]:
    """Return the names of consecutive segments from the Unix second *begin*."""
    times = [datetime.fromtimestamp(begin + STEP * n, UTC) for n in range(count)]
    return [f"{of}_{moment:%Y%m%d%H%M%S}000.ts" for moment in times]


def text(names: Iterable[str], *, ended: bool = True, breaks: Iterable[int] = (), head: str = "") -> str:
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{STEP}", *([head] if head else [])]
    for number, name in enumerate(names):
        lines += [*(["#EXT-X-DISCONTINUITY"] if number in breaks else []), f"#EXTINF:{STEP}.0,", name]
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if ended else []), ""])


def fill(bucket: Bucket, names: Iterable[str], modified: int = DAY) -> list[str]:
    names = list(names)
    for name in names:
        put(bucket, name, modified=modified)
    return names


def lifecycle(bucket: Bucket) -> None:
    """A lifecycle rule deleted the segments, but not the playlist."""
    put(bucket, f"{stem()}.m3u8", text(segments(stem(), 4)))


def backup_took_over(bucket: Bucket) -> None:
    """The first recorder failed during its playlist, the second one finished."""
    first, second = segments(stem(), 4), segments(stem(bak="bak0_"), 4, DAY + 4 * STEP + 1)
    fill(bucket, first + second)
    put(bucket, f"{stem()}.m3u8", text(first, ended=False))
    put(bucket, f"{stem(bak='bak0_')}.m3u8", text(second))


def backup_died_too(bucket: Bucket) -> None:
    """Neither recorder finished its playlist."""
    first, second = segments(stem(), 4), segments(stem(bak="bak0_"), 4, DAY + 4 * STEP + 1)
    fill(bucket, first + second)
    put(bucket, f"{stem()}.m3u8", text(first, ended=False))


def first_recorder_wrote_no_playlist(bucket: Bucket) -> None:
    """The first recorder failed before it wrote its playlist: that half of the recording can be rebuilt."""
    fill(bucket, segments(stem(), 4))
    second = fill(bucket, segments(stem(bak="bak0_"), 4, DAY + 4 * STEP + 1))
    put(bucket, f"{stem(bak='bak0_')}.m3u8", text(second))


def uploaded_again(bucket: Bucket) -> None:
    names = fill(bucket, segments(stem(), 4))
    put(bucket, f"{stem()}.m3u8", text(names[:2], ended=False))
    put(bucket, f"{stem()}_22194679897_2.m3u8", text(names))


def user_left_and_came_back(bucket: Bucket) -> None:
    of = stem(uid="10266666")
    names = fill(bucket, segments(of, 3) + segments(of, 3, DAY + 10 * MINUTE))
    put(bucket, f"{of}.m3u8", text(names, breaks=(0, 3)))


def copied_at_once(bucket: Bucket) -> None:
    now = int(time.time()) - 1000
    names = fill(bucket, segments(stem(), 10), now)
    put(bucket, f"{stem()}.m3u8", text(names), modified=now)


def over_midnight_and_the_wrap(bucket: Bucket) -> None:
    """27 hours: past midnight, past the 33 bits of MPEG-TS, in steps of an hour to have fewer files."""
    names = fill(bucket, [name for hour in range(27) for name in segments(stem(), 1, DAY + 3600 * hour)])
    put(bucket, f"{stem()}.m3u8", text(names).replace(f":{STEP}", ":3600"))


def names_share_a_beginning(bucket: Bucket) -> None:
    for number, room in enumerate(("a", "a_b", "a_b_1", "a_2026", "a-1"), 1):
        names = fill(bucket, segments(stem(room, number=number), 2))
        put(bucket, f"{stem(room, number=number)}.m3u8", text(names))


def still_recording(bucket: Bucket) -> None:
    now = int(time.time())
    fill(bucket, segments(stem(), 3, now - 45), now - 2)


def died(bucket: Bucket) -> None:
    fill(bucket, segments(stem(), 3))


def empty_room(bucket: Bucket) -> None:
    put(bucket, f"{stem()}.m3u8", text([]))


def just_begun(bucket: Bucket) -> None:
    """The recorder rewrites its playlist repeatedly, starting without a segment."""
    now = int(time.time())
    fill(bucket, segments(stem(), 1, now - 15), now - 1)
    put(bucket, f"{stem()}.m3u8", text([], ended=False), modified=now - 2)


def upper_case(bucket: Bucket) -> None:
    names = fill(bucket, [name.replace(".ts", ".TS") for name in segments(stem(), 2)])
    put(bucket, f"{stem()}.m3u8", text(names))


def dated_1970(bucket: Bucket) -> None:
    names = fill(bucket, segments(stem(), 2))
    put(bucket, f"{stem()}.m3u8", text(names, head="#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:05Z"))


SITUATIONS: dict[Callable[[Bucket], None], tuple[int, list[str], Row]] = {  # exit code, verdicts, facts of the first
    lifecycle: (1, ["incomplete"], {"segments_missing": 4, "missing_seconds": 60.0, "reasons": ["LST260"]}),
    backup_took_over: (0, ["complete"], {"segments_expected": 8, "duration": 120.0}),
    backup_died_too: (1, ["unfinished"], {"segments_present": 4}),
    uploaded_again: (0, ["complete"], {"segments_expected": 4}),
    user_left_and_came_back: (0, ["complete"], {"duration": 90.0, "stream": "source"}),
    copied_at_once: (0, ["complete"], {"started_from": "segment name"}),
    over_midnight_and_the_wrap: (0, ["complete"], {"duration": 27 * 3600.0}),
    names_share_a_beginning: (0, ["complete"] * 5, {}),
    still_recording: (0, ["recording"], {"segments_expected": None, "segments_present": 3}),
    died: (1, ["unfinished"], {"reasons": ["LST272"]}),
    empty_room: (1, ["damaged"], {"reasons": ["HLS250"]}),
    upper_case: (0, ["complete"], {"segments_present": 2}),
    first_recorder_wrote_no_playlist: (1, ["unfinished"], {}),
    just_begun: (0, ["recording"], {}),
    dated_1970: (0, ["complete"], {"started_from": "segment name"}),
}


@pytest.mark.parametrize("make", SITUATIONS, ids=lambda make: make.__name__.replace("_", " "))
def test_a_situation_has_its_word(make: Callable[[Bucket], None], alone: Path, ossrec: Ossrec) -> None:
    code, verdicts, facts = SITUATIONS[make]
    make(alone / "bucket")
    assert ossrec("scan", "bucket").code == code
    rows = ossrec("find", "--format", "json").json
    assert [row["verdict"] for row in rows] == verdicts
    assert {name: rows[0][name] for name in facts} == facts
    shown = ossrec("show", rows[0]["path"])
    assert shown.code == 0
    assert "next: " in shown.out or not rows[0]["reasons"]


def test_the_lists_of_a_playlist_that_shrinks_and_comes_back(alone: Path, ossrec: Ossrec) -> None:
    bucket = alone / "bucket"
    names = fill(bucket, segments(stem(), 6))
    words = []
    for count, some in enumerate((names, names[3:], names)):
        put(bucket, f"{stem()}.m3u8", text(some), modified=DAY + 100 + count)
        ossrec("scan", "bucket")
        words += [row["verdict"] for row in ossrec("find", "--format", "json").json]
    assert words == ["complete", "flawed", "complete"]


def test_a_late_segment_makes_a_recording_whole(alone: Path, ossrec: Ossrec) -> None:
    names = segments(stem(), 4)
    fill(alone / "bucket", names[:3])
    put(alone / "bucket", f"{stem()}.m3u8", text(names))
    assert ossrec("scan", "bucket").code == 1
    fill(alone / "bucket", names[3:])
    assert ossrec("scan", "bucket").code == 0


def test_copies_in_other_folders_are_recordings_of_their_own(alone: Path, ossrec: Ossrec) -> None:
    bucket = alone / "bucket"
    put(bucket, f"{stem()}.m3u8", text(fill(bucket, segments(stem(), 2))))
    shutil.copytree(bucket, bucket / "backup")
    (bucket / "backup" / segments(stem(), 2)[1]).unlink()
    ossrec("scan", "bucket")
    words = {row["folder"]: row["verdict"] for row in ossrec("find", "--format", "json").json}
    assert words == {"": "complete", "backup/": "incomplete"}
    asked = ossrec("show", rid(1))
    assert asked.code == 2
    assert "backup/" in asked.err


def test_a_second_room_of_one_task_is_not_swallowed(alone: Path, ossrec: Ossrec) -> None:
    bucket = alone / "bucket"
    for room in ("a", "a_b"):
        fill(bucket, segments(stem(room), 2))
    put(bucket, f"{stem('a')}.m3u8", text(segments(stem("a"), 2)))
    ossrec("scan", "bucket")
    put(bucket, f"{stem('a_b')}.m3u8", text(segments(stem("a_b"), 2)))
    ossrec("scan", "bucket")
    assert sorted(row["roomid"] for row in ossrec("find", "--format", "json").json) == ["a", "a_b"]


@pytest.mark.parametrize("cut", [8, -1, None], ids=["in the recordid", "in the room", "behind the name"])
def test_a_prefix_may_cut_a_name(cut: int | None, alone: Path, ossrec: Ossrec) -> None:
    names = fill(alone / "bucket", segments(stem(), 2))
    put(alone / "bucket", f"{stem()}.m3u8", text(names))
    assert ossrec("scan", "bucket", "--prefix", stem()[:cut]).code == 0
    assert [row["verdict"] for row in ossrec("find", "--format", "json").json] == ["complete"]


def test_a_prefix_inside_the_segments_of_a_recording_is_no_silent_success(alone: Path, ossrec: Ossrec) -> None:
    names = fill(alone / "bucket", segments(stem(), 2))
    put(alone / "bucket", f"{stem()}.m3u8", text(names))
    ran = ossrec("scan", "bucket", "--prefix", f"{stem()}_20")
    assert ran.code in (2, 3)
