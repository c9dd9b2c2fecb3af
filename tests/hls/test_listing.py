"""Checks of a playlist joined with the listing."""

import pytest

from ossrec.findings import Finding
from ossrec.hls.collector import REPEATS
from ossrec.hls.listing.check import check_listing, check_segments_without_playlist, totals_of
from tests.hls.cases.listing import CASES, INTACT, KEY, SIZE, T0, ListingCase, listed, need, one, shifted, unlisted


def codes(case: ListingCase) -> tuple[set[str], set[str]]:
    return {one.code for one in check_listing(case.broken)}, {one.code for one in check_listing(case.near_miss)}


@pytest.mark.parametrize("case", CASES, ids=[case.sentence for case in CASES])
def test_rule(case: ListingCase) -> None:
    broken, near_miss = codes(case)

    assert case.code in broken
    assert case.code not in near_miss


def test_an_intact_recording_has_no_findings() -> None:
    assert check_listing(INTACT) == []


def test_a_playlist_without_segments_is_no_crash() -> None:
    assert check_listing(listed(count=0, reported_duration=1.0)) == []


def test_a_missing_segment_is_reported_with_number_uri_start_and_length() -> None:
    (finding,) = check_listing(listed(one(3, size=None)))

    assert finding == Finding("LST260", KEY, "s3.ts", 11, 3, 45.0, 15.0)


def test_neighbours_stay_one_finding_each() -> None:
    found = check_listing(listed(one(3, size=None), one(4, size=None), orphans=[unlisted("x", 46), unlisted("y", 47)]))

    assert [finding.code for finding in found] == ["LST260", "LST260", "LST270", "LST270"]


def test_a_timeline_gap_is_reported_with_start_and_length() -> None:
    (finding,) = check_listing(shifted(5, 60))

    assert (finding.code, finding.segment, finding.start, finding.length) == ("LST300", 5, 75.0, 60.0)


def test_times_at_the_end_of_segments_are_no_gaps() -> None:
    lengths = [15.0, 15.0, 3.0, 15.0, 15.0]
    slices, start = [], 0.0
    for number, length in enumerate(lengths):
        end = start + length
        slices.append(one(number, start=start, duration=length, stamp_ms=int((T0 + end) * 1000)))
        start = end

    assert check_listing(listed(*slices, count=5)) == []


def test_parts_of_one_object_have_its_time_and_are_no_drift() -> None:
    parts = [one(at, key="a/all.ts", stamp_ms=T0 * 1000, byterange_end=188 * (at + 1)) for at in range(10)]

    assert check_listing(listed(*parts)) == []


def test_a_playlist_that_is_the_second_part_of_a_recording_has_its_own_length() -> None:
    slices = [one(at)._replace(start=7200 + 15.0 * at) for at in range(10)]

    assert check_listing(listed(*slices, reported_duration=150.0)) == []


def test_names_without_times_are_not_judged_by_them() -> None:
    assert check_listing(listed(*(one(at, stamp_ms=None) for at in range(10)))) == []


def test_a_refused_uri_is_missing_without_another_finding() -> None:
    it = listed(one(3, key=None, size=None))

    assert check_listing(it) == []
    assert totals_of(it).missing == 1


def test_an_unescaped_name_may_be_cut_as_well() -> None:
    found = check_listing(listed(one(3, literal=True, size=SIZE + 1)))

    assert [finding.code for finding in found] == ["LST263", "LST262"]


def test_the_totals() -> None:
    it = listed(one(1, size=None), one(2, size=0), one(3, size=None, gap=True), one(4, key=None, size=None))

    assert totals_of(it) == (9, 6, 3, 45.0, 15.0, 6 * SIZE)


def test_parts_of_one_object_are_counted_once() -> None:
    it = listed(*(one(at, key="a/all.ts", byterange_end=188) for at in range(10)))

    assert totals_of(it).bytes == SIZE


def test_a_thousand_missing_segments_are_reported_and_more_are_counted() -> None:
    found = check_listing(listed(*(one(at, size=None) for at in range(REPEATS + 7)), count=REPEATS + 7))

    assert len(found) == REPEATS + 1
    assert found[-1].detail == "and 7 more of the same"


def test_segments_without_a_playlist() -> None:
    found = check_segments_without_playlist(
        "a/rid_1f_room", [unlisted("1.ts", 0), unlisted("2.ts", 15, 0), unlisted("3.ts", 30, 5)]
    )

    assert [(one.code, one.subject) for one in found] == [
        ("LST272", "a/rid_1f_room"),
        ("LST261", "a/rid_1f_room"),
        ("LST262", "a/rid_1f_room"),
    ]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        ((6.0, 6.0, 6.0), [(6.0, 9.0)]),
        ((6.0, 6.0, 13.1), []),  # its name may be the time of its end
        ((13.1, 6.0, 6.0), []),
        ((None, 6.0, 6.0), []),
    ],
)
def test_a_timeline_gap_between_segments_without_a_playlist(
    seconds: tuple[float | None, ...], told: list[tuple[float, float]]
) -> None:
    there = [
        unlisted(f"{at}.ts", at)._replace(duration=length) for at, length in zip((0, 15, 21), seconds, strict=True)
    ]
    there[-1] = there[-1]._replace(duration=6.0)
    if seconds[2] != 6.0:
        there[1] = there[1]._replace(duration=seconds[2])
    found = [one for one in check_segments_without_playlist("a/rid_1f_room", there) if one.code == "LST300"]

    assert [(one.start, one.length) for one in found] == told


def test_a_segment_of_unknown_duration_lasts_at_most_330_s() -> None:
    (found,) = check_segments_without_playlist("a/rid_1f_room", [unlisted("0.ts", 0), unlisted("1.ts", 700)])[1:]

    assert (found.code, found.start, found.length) == ("LST300", 330.0, 370.0)


def test_no_segments_and_no_playlist_are_nothing() -> None:
    assert check_segments_without_playlist("a/rid_1f_room", []) == []


def test_a_resource_is_checked_by_its_role() -> None:
    assert check_listing(need("map", 16)) == check_listing(need("key", 16)) == []
