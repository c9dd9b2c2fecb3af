"""Header and end of a playlist, composed playlists, and joined playlists."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ossrec.hls.edit import header_and_end as done
from ossrec.hls.edit.compose import compose
from ossrec.hls.edit.header_and_end import correct_header_and_end
from ossrec.hls.edit.join import JOINED, TRAILING_TAG_REMOVED, NotJoinable, join
from ossrec.hls.edit.plan import BOM_REMOVED, PlannedSegment
from ossrec.hls.parser.parse import read_playlist
from tests.hls.edit.test_segments import texts

BODY = "#EXTINF:6.5,\na.ts\n"
HEAD = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:7\n"
END = "#EXT-X-ENDLIST\n"
# What `correct_header_and_end` leaves none of.
SETTLED = frozenset(
    {
        *("HLS021", "HLS030", "HLS031", "HLS032", "HLS070", "HLS071", "HLS072", "HLS080", "HLS081", "HLS082"),
        *("HLS090", "HLS100", "HLS101", "HLS120", "HLS121", "HLS130", "HLS131"),
    }
)
SEGMENT = PlannedSegment("a.ts", seconds=6.0)


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        pytest.param(HEAD + BODY + END, HEAD + BODY + END, {}, id="nothing is wrong"),
        pytest.param(
            "#EXTM3U\n#EXT-X-VERSION:8\n#EXT-X-TARGETDURATION:20\n#EXT-X-PLAYLIST-TYPE:EVENT\n" + BODY + END,
            "#EXTM3U\n#EXT-X-VERSION:8\n#EXT-X-TARGETDURATION:20\n#EXT-X-PLAYLIST-TYPE:EVENT\n" + BODY + END,
            {},
            id="what is higher than need be stays",
        ),
        pytest.param(HEAD + BODY, HEAD + BODY + END, {done.ENDLIST_ADDED: 1}, id="the end is missing"),
        pytest.param(
            HEAD + END + BODY, HEAD + BODY + END, {done.ENDLIST_MOVED: 1}, id="the end stands before the last segment"
        ),
        pytest.param(
            HEAD + BODY + END.rstrip(), HEAD + BODY + END, {done.LINE_END_ADDED: 1}, id="the last line is not ended"
        ),
        pytest.param(
            BODY + END,
            HEAD + BODY + END,
            {done.EXTM3U_ADDED: 1, done.VERSION_SET: 1, done.TARGET_DURATION_SET: 1},
            id="no header",
        ),
        pytest.param(
            "# remark\n" + HEAD + BODY + END,
            "#EXTM3U\n# remark\n" + HEAD.removeprefix("#EXTM3U\n") + BODY + END,
            {done.EXTM3U_ADDED: 1, done.REPEATED_TAG_REMOVED: 1},
            id="the first line comes second",
        ),
        pytest.param("\ufeff" + HEAD + BODY + END, HEAD + BODY + END, {BOM_REMOVED: 1}, id="a byte order mark"),
        pytest.param(
            "#EXTM3U\n#EXT-X-VERSION:2\n#EXT-X-TARGETDURATION:6\n" + BODY + END,
            HEAD + BODY + END,
            {done.VERSION_SET: 1, done.TARGET_DURATION_SET: 1},
            id="version and target duration are too low: 6.5 is rounded up",
        ),
        pytest.param(
            "#EXTM3U\n#EXT-X-VERSION:three\n#EXT-X-TARGETDURATION:6.5\n#EXT-X-MEDIA-SEQUENCE:x\n" + BODY + END,
            HEAD + "#EXT-X-MEDIA-SEQUENCE:0\n" + BODY + END,
            {done.VERSION_SET: 1, done.TARGET_DURATION_SET: 1, done.MEDIA_SEQUENCE_SET: 1},
            id="what should be numbers is none",
        ),
        pytest.param(
            HEAD + "#EXT-X-VERSION:4\n#EXT-X-PLAYLIST-TYPE:LIVE\n" + BODY + END + END,
            HEAD + BODY + END,
            {done.REPEATED_TAG_REMOVED: 2, done.PLAYLIST_TYPE_REMOVED: 1},
            id="tags that are repeated, and a type that is none",
        ),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_the_frame(before: str, after: str, changes: dict[str, int], end: str) -> None:
    made = correct_header_and_end(before.replace("\n", end).encode(), is_over=True)
    assert made.data.replace(b"\r\n", b"\n") == after.encode()
    assert made.changes == changes
    assert end == "\n" or b"\n" not in made.data.replace(b"\r\n", b"") or changes.get(done.LINE_END_ADDED)


def test_what_is_not_over_is_not_ended() -> None:
    assert correct_header_and_end((HEAD + BODY).encode(), is_over=False).data == (HEAD + BODY).encode()


@given(texts)
def test_settling_settles(text: str) -> None:
    original = text.encode()
    assume(read_playlist(original).kind == "media")
    once = correct_header_and_end(original, is_over=True)
    read = read_playlist(once.data)
    wrong = {finding.code for finding in read.findings}
    assert not wrong & SETTLED
    assert [segment.uri for segment in read.segments] == [s.uri for s in read_playlist(original).segments]
    assert correct_header_and_end(once.data, is_over=True).changes == {}


def test_a_playlist_from_nothing() -> None:
    pieces = [
        SEGMENT._replace(stamp_ms=1_793_500_000_120),
        PlannedSegment("b%20c.ts", seconds=4.004, stamp_ms=1_793_500_006_120),
        PlannedSegment("empty.ts", seconds=2.0, is_there=False, stamp_ms=1_793_500_010_120),
        PlannedSegment("d.ts", seconds=10.5, jumps=True, stamp_ms=1_793_500_099_007),
        PlannedSegment("e.ts", seconds=1.0, jumps=True, stamp_ms=1_793_400_000_000),
    ]
    assert compose(pieces, is_over=True).decode().splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        "#EXT-X-TARGETDURATION:11",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-01T02:26:40.120Z",
        "#EXTINF:6.000,",
        "a.ts",
        "#EXTINF:4.004,",
        "b%20c.ts",
        "#EXT-X-GAP",
        "#EXTINF:2.000,",
        "empty.ts",
        "#EXT-X-DISCONTINUITY",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-01T02:28:19.007Z",
        "#EXTINF:10.500,",
        "d.ts",
        "#EXT-X-DISCONTINUITY",  # the clock went back: no time is better than one that players trip over
        "#EXTINF:1.000,",
        "e.ts",
        "#EXT-X-ENDLIST",
    ]
    live = compose(pieces, is_over=False).decode()
    assert "ENDLIST" not in live
    assert "VOD" not in live


@given(
    st.lists(
        st.builds(
            PlannedSegment,
            uri=st.text("abc", min_size=1, max_size=5).map(lambda name: f"{name}.ts"),
            seconds=st.floats(0.04, 400),
            is_there=st.booleans(),
            jumps=st.booleans(),
            stamp_ms=st.none() | st.integers(0, 4_000_000_000_000),
        ),
        min_size=1,
    )
)
def test_what_is_composed_reads_as_it_was_meant_and_needs_no_settling(pieces: list[PlannedSegment]) -> None:
    data = compose(pieces, is_over=True)
    read = read_playlist(data)
    assert [(s.uri, s.gap, s.discontinuity) for s in read.segments] == [
        (p.uri, not p.is_there, p.jumps) for p in pieces
    ]
    assert {f.code for f in read.findings} <= {"HLS180", "HLS230", "HLS242"}
    assert correct_header_and_end(data, is_over=True).changes == {}


PART = "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:9\n#EXT-X-MEDIA-SEQUENCE:0\n# kept\n#EXT-X-DISCONTINUITY\n"


def test_parts_have_the_header_of_the_first_and_the_end_of_the_last() -> None:
    made = join([(HEAD + BODY + END).encode(), (PART + BODY).encode(), (PART + BODY + END).encode()])
    inner = "# kept\n#EXT-X-DISCONTINUITY\n" + BODY
    assert made.data.decode() == HEAD + BODY + inner + inner + END
    assert made.changes == {JOINED: 2}
    settled = correct_header_and_end(made.data, is_over=True)
    assert settled.changes == {}


@pytest.mark.parametrize("tag", ["GAP", "BYTERANGE:188@0", 'MAP:URI="i.mp4"', "PROGRAM-DATE-TIME:2026-11-01T02:26:40Z"])
def test_what_waits_for_a_segment_does_not_wait_for_the_next_part(tag: str) -> None:
    first = f"#EXTM3U\n#EXT-X-VERSION:6\n#EXTINF:6.0,\na.ts\n#EXT-X-{tag}\n#EXT-X-MINE\n".encode()
    second = b"#EXTM3U\n#EXT-X-DISCONTINUITY\n#EXTINF:6.0,\nb.ts\n#EXT-X-ENDLIST\n"
    made = join([first, second])
    assert made.changes == {TRAILING_TAG_REMOVED: 1, JOINED: 1}
    assert made.data.decode().split("\n")[3:8] == [
        "a.ts",
        "#EXT-X-MINE",
        "#EXT-X-DISCONTINUITY",
        "#EXTINF:6.0,",
        "b.ts",
    ]


def test_a_key_does_not_reach_into_the_next_part() -> None:
    key = '#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x1\n'
    made = join([(HEAD + key + BODY).encode(), (PART + BODY).encode()])
    assert [segment.encrypted for segment in read_playlist(made.data).segments] == [True, False]
    made = join([(HEAD + key + BODY).encode(), (PART + key + BODY).encode()])
    assert b"NONE" not in made.data


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        pytest.param(
            "", '#EXT-X-KEY:METHOD=AES-128,URI="k"\n', "encrypted with their sequence number", id="a key without IV"
        ),
        pytest.param('#EXT-X-MAP:URI="i"\n', "", "initialization", id="a map that the next part has not"),
        pytest.param("#EXT-X-STREAM-INF:BANDWIDTH=1\nv\n", "", "master", id="tags of a master playlist"),
    ],
)
def test_what_cannot_be_joined_says_why(first: str, second: str, why: str) -> None:
    with pytest.raises(NotJoinable, match=why):
        join([(HEAD + first + BODY).encode(), (PART + second + BODY).encode()])
