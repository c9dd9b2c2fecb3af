"""The values and findings of a parsed playlist."""

import pytest

from ossrec.findings import Finding, Severity
from ossrec.hls.collector import REPEATS
from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.playlist import MAX_LINES, Playlist, Resource, Segment
from ossrec.rules import RULES
from tests.hls.cases import header as cases_header
from tests.hls.cases import segments as cases_segments
from tests.hls.cases import syntax as cases_syntax
from tests.hls.cases.case import Case
from tests.hls.playlists import END, HEAD, INTACT, MASTER, RECORDER, lines, media, segments


def read(text: str | bytes) -> Playlist:
    return read_playlist(text if isinstance(text, bytes) else text.encode(), "a/x.m3u8")


def codes(text: str | bytes) -> set[str]:
    return {finding.code for finding in read(text).findings}


CASES = [*cases_syntax.CASES, *cases_header.CASES, *cases_segments.CASES]


@pytest.mark.parametrize("case", CASES, ids=[case.sentence for case in CASES])
def test_rule(case: Case) -> None:
    assert case.code in codes(case.broken)
    assert case.code not in codes(case.near_miss)


def test_an_intact_playlist_has_no_findings() -> None:
    assert read(INTACT).findings == ()


def test_deviations_of_the_recorder_are_not_flaws() -> None:
    found = codes(RECORDER)

    assert found == {"HLS041", "HLS140", "HLS162", "HLS242"}
    assert {RULES[code].severity for code in found} == {Severity.INFO}


def test_segments_have_the_values_of_their_tags() -> None:
    playlist = read(
        lines(
            "#EXTM3U",
            "#EXT-X-VERSION:6",
            "#EXT-X-PLAYLIST-TYPE:VOD",
            "#EXT-X-TARGETDURATION:10",
            "#EXT-X-MEDIA-SEQUENCE:1",
            "#EXT-X-DISCONTINUITY-SEQUENCE:4",
            '#EXT-X-KEY:METHOD=AES-128,URI="k?id=1",IV=0x1',
            "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:01:00.500Z",
            "#EXTINF:6.5,a title",
            "#EXT-X-BYTERANGE:188@376",
            "a.ts",
            "#EXT-X-KEY:METHOD=NONE",
            "#EXTINF:6.5,",
            "#EXT-X-BYTERANGE:10",
            "a.ts",
            '#EXT-X-MAP:URI="init.mp4",BYTERANGE="720@8"',
            "#EXT-X-DISCONTINUITY",
            "#EXT-X-GAP",
            "#EXTINF:3,",
            "b.m4s",
            "#EXT-X-ENDLIST",
        )
    )

    assert playlist.segments == (
        Segment(0, 11, "a.ts", 6.5, 0.0, encrypted=True, byterange=(376, 188), program_time=60.5),
        Segment(1, 15, "a.ts", 6.5, 6.5, byterange=(564, 10)),
        Segment(2, 20, "b.m4s", 3.0, 13.0, discontinuity=True, gap=True, fragment=True),
    )
    assert playlist.resources == (Resource("key", "k?id=1", 7), Resource("map", "init.mp4", 16, (8, 720)))
    assert (playlist.kind, playlist.version, playlist.target_duration) == ("media", 6, 10)
    assert (playlist.media_sequence, playlist.discontinuity_sequence) == (1, 4)
    assert (playlist.playlist_type, playlist.ended, playlist.duration) == ("VOD", True, 16.0)
    assert {finding.code for finding in playlist.findings} == {"HLS230"}


def test_absent_values_are_none() -> None:
    playlist = read("#EXTM3U\n#EXTINF:6,\na.ts\n")

    assert (playlist.version, playlist.target_duration, playlist.media_sequence) == (None, None, None)
    assert (playlist.discontinuity_sequence, playlist.playlist_type, playlist.ended) == (None, None, False)


def test_lines_end_at_line_feeds_only() -> None:
    text = "#EXTM3U\r\n#EXTINF:6,\na\u2028b\x85c\x1cd.ts\r\n"

    assert read(text).lines == ("#EXTM3U", "#EXTINF:6,", "a\u2028b\x85c\x1cd.ts")
    assert [segment.uri for segment in read(text).segments] == ["a\u2028b\x85c\x1cd.ts"]


def test_lines_are_kept_raw() -> None:
    text = INTACT.replace("s1.ts", " s1.ts ")

    assert "\n".join(read(text).lines) + "\n" == text


def test_white_space_around_a_uri_is_removed() -> None:
    assert read(INTACT.replace("s1.ts", "\ts1.ts ")).segments[1].uri == "s1.ts"


def test_a_finding_has_line_segment_and_start() -> None:
    (finding,) = read(media("#EXTINF:6.0,", "a.ts", "#EXTINF:x,", "b.ts")).findings

    assert finding == Finding("HLS160", "a/x.m3u8", "x", 6, 1, 6.0)


def test_findings_are_in_order_of_lines() -> None:
    found = [finding.line for finding in read(RECORDER).findings]

    assert found == sorted(found, key=lambda line: line or 0)


def test_a_segment_without_a_duration_is_kept() -> None:
    playlist = read(INTACT.replace("#EXTINF:6.0,\ns1", "s1"))

    assert [(one.uri, one.duration, one.start) for one in playlist.segments] == [
        ("s0.ts", 6.0, 0.0),
        ("s1.ts", 0.0, 6.0),
        ("s2.ts", 6.0, 6.0),
    ]


@pytest.mark.parametrize(
    ("body", "end", "is_cut"),
    [
        ("#EXTINF:6,\na_1.ts\n#EXTINF:6,\n", "a", True),
        ("#EXTINF:6,\na_1.ts\n#EXTINF:6,\n", "a_2.t", True),
        ("#EXTINF:6,\na_1.ts\n#EXTINF:6,\n", "https://cdn.example", True),
        ("#EXTINF:6,\n", "rid_ba111120", True),
        ("#EXTINF:6,\na_1.ts\n#EXTINF:6,\n", "a_2.ts", False),
        ("#EXTINF:6,\na_1.ts\n#EXTINF:6,\n", "a_2.ts?key=1", False),
        ("#EXTINF:6,\na_1\n#EXTINF:6,\n", "a_", False),
        ("#EXTINF:6,\na_1.mpg\n#EXTINF:6,\n", "a_2.mpg", False),
        ("#EXTINF:6,\na_1.ts\n#EXTINF:6,\n", "a_\n", False),
        ("#EXTINF:6,\na_1.ts\n#EXT-X-ENDLIST\n#EXTINF:6,\n", "a_", False),
    ],
)
def test_a_uri_truncated_by_the_end_of_the_file_is_not_a_segment(body: str, end: str, is_cut: bool) -> None:
    playlist = read(HEAD + body + end)
    named = body.count("EXTINF")
    assert len(playlist.segments) == named - is_cut
    assert playlist.duration == 6.0 * (named - is_cut)
    reported = [(f.line, f.segment, f.start, f.detail) for f in playlist.findings if f.code == "HLS151"]
    last = len(playlist.lines)
    assert playlist.truncated_line == (last if is_cut else None)
    assert reported == ([(last, named - 1, 6.0 * (named - 1), f"truncated inside the URI: {end}")] if is_cut else [])


def test_a_segment_after_the_end_is_kept() -> None:
    assert len(read(INTACT + segments(1, 3)).segments) == 4


def test_the_first_of_two_headers_counts() -> None:
    playlist = read(INTACT.replace("#EXT-X-TARGETDURATION:10", "#EXT-X-TARGETDURATION:10\n#EXT-X-TARGETDURATION:3"))

    assert playlist.target_duration == 10


def test_unknown_tags_are_counted() -> None:
    playlist = read(INTACT + "#EXT-X-A:1\n#EXT-X-A:2\n#EXTVLCOPT:x\n# a comment\n#ext-x-b\n")

    assert playlist.unknown_tags == {"#EXT-X-A": 2, "#EXTVLCOPT": 1}
    assert ("HLS041", "#EXT-X-A, 2 times") in {(one.code, one.detail) for one in playlist.findings}


def test_a_master_playlist_has_no_segments_and_is_not_checked_as_media() -> None:
    playlist = read(MASTER)

    assert (playlist.kind, playlist.segments) == ("master", ())
    assert [finding.code for finding in playlist.findings] == ["HLS060"]


def test_an_html_page_instead_of_a_playlist_is_a_single_finding() -> None:
    playlist = read("<html><body>\n" + INTACT)

    assert (playlist.kind, playlist.lines) == ("none", ())
    assert [finding.code for finding in playlist.findings] == ["HLS011"]


def test_a_duration_may_end_with_a_dot() -> None:
    assert read(media("#EXTINF:6.,", "a.ts")).segments[0].duration == 6.0


def test_a_time_in_the_year_1_is_valid() -> None:
    playlist = read(media("#EXT-X-PROGRAM-DATE-TIME:0001-01-01T00:00:00+14:00", "#EXTINF:6,", "a.ts"))

    assert playlist.segments[0].program_time == -62135596800 - 14 * 3600


def test_repeated_findings_of_a_rule_are_counted_after_a_limit() -> None:
    playlist = read(HEAD + "a.ts\n" * (REPEATS + 5) + END)
    found = [finding for finding in playlist.findings if finding.code == "HLS150"]

    assert len(found) == REPEATS + 1
    assert found[-1].detail == "and 5 more of the same"
    assert found[-1].line is None


def test_counted_findings_keep_their_seconds() -> None:
    playlist = read(HEAD + "#EXT-X-GAP\n#EXTINF:2,\na.ts\n" * (REPEATS + 5) + END)
    found = [finding.length for finding in playlist.findings if finding.code == "HLS230"]

    assert found[-1] == 10.0
    assert sum(length or 0.0 for length in found) == playlist.duration


def test_too_many_unknown_tags_are_counted_together() -> None:
    playlist = read(HEAD + "".join(f"#EXT-X-A{number}\n" for number in range(3000)) + END)

    assert len(playlist.unknown_tags) == 1001
    assert playlist.unknown_tags["other tags"] == 2000


def test_lines_after_the_limit_are_not_read() -> None:
    playlist = read(b"#EXTM3U\n" + b"#\n" * MAX_LINES)

    assert len(playlist.lines) == MAX_LINES
    assert [finding.code for finding in playlist.findings] == ["LOOK006"]


def test_keys_in_two_formats_apply_until_method_none() -> None:
    playlist = read(
        media(
            '#EXT-X-KEY:METHOD=AES-128,URI="k"',
            '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://k",KEYFORMAT="drm"',
            "#EXTINF:6,",
            "a.ts",
            "#EXT-X-KEY:METHOD=NONE",
            "#EXTINF:6,",
            "b.ts",
        )
    )

    assert [segment.encrypted for segment in playlist.segments] == [True, False]


def test_a_key_on_several_lines_is_a_single_resource() -> None:
    key = '#EXT-X-KEY:METHOD=AES-128,URI="k"'
    playlist = read(media(key, "#EXTINF:6,", "a.ts", key, "#EXTINF:6,", "b.ts"))

    assert playlist.resources == (Resource("key", "k", 4),)


def of_lengths(*lengths: float, target: int = 10, ended: bool = True) -> Playlist:
    body = (f"#EXTINF:{seconds},\ns{number}.ts" for number, seconds in enumerate(lengths))
    head = HEAD.replace("DURATION:10", f"DURATION:{target}")
    return read(media(*body, head=head, end=END if ended else ""))


@pytest.mark.parametrize(
    ("playlist", "is_habit"),
    [
        pytest.param(of_lengths(33.3, 33.3, 12.1, target=18), True, id="the last segment has the rest"),
        pytest.param(of_lengths(12.0), True, id="the only segment"),
        pytest.param(of_lengths(*[12.0] * 9, 6.0, 6.0), True, id="nine of ten, and the rest"),
        pytest.param(of_lengths(*[12.0] * 8, 6.0, 6.0, 6.0), False, id="eight of ten, and the rest"),
        pytest.param(of_lengths(6.0, 12.0, 6.0), False, id="one of two, and the rest"),
        pytest.param(of_lengths(6.0, 12.0), False, id="only the last"),
        pytest.param(of_lengths(12.0, 12.0, ended=False), False, id="a playlist that has not ended"),
    ],
)
def test_segments_longer_than_the_target_are_an_info_if_that_is_a_habit(playlist: Playlist, is_habit: bool) -> None:
    found = [finding for finding in playlist.findings if finding.code == "HLS090"]

    if is_habit:
        assert [finding.severity for finding in found] == [Severity.INFO]
        assert found[0].segment is None
    else:
        assert [finding.severity for finding in found] == [None] * sum(one.duration > 10 for one in playlist.segments)


def test_the_habit_says_how_many_segments_and_how_long() -> None:
    (found,) = of_lengths(33.3, 33.1, 12.1, target=18).findings
    assert (found.code, found.line) == ("HLS090", 5)
    assert found.detail == "2 of 3 segments, up to 33.3 s, EXT-X-TARGETDURATION is 18 s"


def test_only_a_fraction_needs_no_version() -> None:
    mapped = HEAD.replace("#EXT-X-VERSION:3\n", "") + lines('#EXT-X-MAP:URI="i.mp4"') + segments() + END
    found = {finding.detail[:9]: finding.severity for finding in read(mapped).findings if finding.code == "HLS072"}
    assert found == {"EXTINF wi": Severity.INFO, "EXT-X-MAP": None}
