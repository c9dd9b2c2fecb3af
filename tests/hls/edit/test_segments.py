"""Segments are corrected line by line, and correct lines stay as they are."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.hls.edit import segments as done
from ossrec.hls.edit.plan import PlannedSegment
from ossrec.hls.edit.segments import rewrite_segments
from ossrec.hls.parser.parse import read_playlist

HEAD = "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:7\n#EXT-X-MEDIA-SEQUENCE:0\n"
END = "#EXT-X-ENDLIST\n"
A, B = PlannedSegment("a.ts", 0, 6.0), PlannedSegment("b.ts", 1, 6.0)
NEW = PlannedSegment("new.ts", None, 4.5)


class Case(NamedTuple):
    sentence: str
    before: str  # between HEAD and END
    pieces: list[PlannedSegment]
    after: str
    changes: dict[str, int]


CASES = [
    Case("nothing is wrong", "#EXTINF:6.0,\na.ts\n", [A], "#EXTINF:6.0,\na.ts\n", {}),
    Case(
        "a comma is missing, with and without a space behind the number",
        "#EXTINF:6.0\na.ts\n#EXTINF:6 \nb.ts\n",
        [A, B],
        "#EXTINF:6.0,\na.ts\n#EXTINF:6,\nb.ts\n",
        {done.COMMA_ADDED: 2},
    ),
    Case(
        "a wrong length is set, and the title stays",
        "#EXTINF:60.0,the title\na.ts\n",
        [A._replace(is_extinf_wrong=True)],
        "#EXTINF:6.000,the title\na.ts\n",
        {done.EXTINF_CORRECTED: 1},
    ),
    Case(
        "a wrong length without a comma is one change",
        "#EXTINF:60.0\na.ts\n",
        [A._replace(is_extinf_wrong=True)],
        "#EXTINF:6.000,\na.ts\n",
        {done.EXTINF_CORRECTED: 1},
    ),
    Case(
        "no number, nothing and zero are no lengths",
        "#EXTINF:nan,\na.ts\n#EXTINF:0,\nb.ts\n",
        [A, B],
        "#EXTINF:6.000,\na.ts\n#EXTINF:6.000,\nb.ts\n",
        {done.EXTINF_CORRECTED: 2},
    ),
    Case(
        "a tag without a value gets one", "#EXTINF\na.ts\n", [A], "#EXTINF:6.000,\na.ts\n", {done.EXTINF_CORRECTED: 1}
    ),
    Case(
        "what could not be measured keeps its length, whatever it is",
        "#EXTINF:nan\na.ts\n",
        [A._replace(seconds=None)],
        "#EXTINF:nan,\na.ts\n",
        {done.COMMA_ADDED: 1},
    ),
    Case("a URI without a length gets one", "a.ts\n", [A], "#EXTINF:6.000,\na.ts\n", {done.EXTINF_ADDED: 1}),
    Case(
        "tags at the end of the file are of no segment, and so not of one that is put in",
        '#EXTINF:6.0,\na.ts\n#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXT-X-GAP\n#EXT-X-DISCONTINUITY\n',
        [A, NEW],
        '#EXTINF:6.0,\na.ts\n#EXTINF:4.500,\nnew.ts\n#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXT-X-GAP\n',
        {done.SEGMENT_INSERTED: 1, done.DISCONTINUITY_REMOVED: 1},
    ),
    Case(
        "of two lengths the last counts",
        "#EXTINF:5.0,\n#EXTINF:6.0,\na.ts\n",
        [A],
        "#EXTINF:6.0,\na.ts\n",
        {done.EXTINF_REMOVED: 1},
    ),
    Case(
        "a length at the end without its URI is taken out",
        "#EXTINF:6.0,\na.ts\n#EXTINF:6.0,\n",
        [A],
        "#EXTINF:6.0,\na.ts\n",
        {done.EXTINF_REMOVED: 1},
    ),
    Case(
        "a jump is marked before the private tags of the segment behind it",
        "#EXTINF:6.0,\na.ts\n\n# remark\n#EXT-X-AGORA-ROTATE:ROTATE=0\n#EXTINF:6.0,\nb.ts\n",
        [A, B._replace(jumps=True)],
        "#EXTINF:6.0,\na.ts\n\n# remark\n#EXT-X-DISCONTINUITY\n#EXT-X-AGORA-ROTATE:ROTATE=0\n#EXTINF:6.0,\nb.ts\n",
        {done.DISCONTINUITY_ADDED: 1},
    ),
    Case(
        "a jump that is marked stays so, and twice is once too often",
        "#EXTINF:6.0,\na.ts\n#EXT-X-DISCONTINUITY\n#EXT-X-DISCONTINUITY\n#EXTINF:6.0,\nb.ts\n",
        [A, B._replace(jumps=True)],
        "#EXTINF:6.0,\na.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:6.0,\nb.ts\n",
        {done.DISCONTINUITY_REMOVED: 1},
    ),
    Case(
        "a mark where nothing jumps is the recorder's to set",
        "#EXT-X-DISCONTINUITY\n#EXTINF:6.0,\na.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:6.0,\nb.ts\n",
        [A, B],
        "#EXT-X-DISCONTINUITY\n#EXTINF:6.0,\na.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:6.0,\nb.ts\n",
        {},
    ),
    Case(
        "a mark behind the last segment is taken out",
        "#EXTINF:6.0,\na.ts\n#EXT-X-DISCONTINUITY\n",
        [A],
        "#EXTINF:6.0,\na.ts\n",
        {done.DISCONTINUITY_REMOVED: 1},
    ),
    Case(
        "a missing segment is declared so",
        "#EXTINF:6.0,\na.ts\n#EXTINF:6.0\nb.ts\n",
        [A, B._replace(is_there=False, seconds=None)],
        "#EXTINF:6.0,\na.ts\n#EXT-X-GAP\n#EXTINF:6.0,\nb.ts\n",
        {done.GAP_ADDED: 1, done.COMMA_ADDED: 1},
    ),
    Case(
        "one that was declared missing stays so, and is not when it is there",
        "#EXT-X-GAP\n#EXTINF:6.0,\na.ts\n#EXT-X-GAP\n#EXTINF:6.0,\nb.ts\n",
        [A._replace(is_there=False), B],
        "#EXT-X-GAP\n#EXTINF:6.0,\na.ts\n#EXTINF:6.0,\nb.ts\n",
        {done.GAP_REMOVED: 1},
    ),
    Case(
        "a badly spelled name is escaped",
        "#EXTINF:6.0,\na b.ts\n",
        [A._replace(uri="a%20b.ts")],
        "#EXTINF:6.0,\na%20b.ts\n",
        {done.URI_CORRECTED: 1},
    ),
    Case(
        "a segment is put in behind the header and before the tags of the first one",
        "#EXT-X-AGORA-START\n#EXT-X-DISCONTINUITY\n#EXTINF:6.0,\na.ts\n",
        [NEW, A],
        "#EXT-X-AGORA-START\n#EXTINF:4.500,\nnew.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:6.0,\na.ts\n",
        {done.SEGMENT_INSERTED: 1},
    ),
    Case(
        "segments are put in between, in their order, each with what it needs",
        "#EXTINF:6.0,\na.ts\n#EXT-X-PRIVATE\n#EXTINF:6.0,\nb.ts\n",
        [A, NEW._replace(jumps=True), NEW._replace(uri="2.ts", is_there=False), B._replace(jumps=True)],
        "#EXTINF:6.0,\na.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:4.500,\nnew.ts\n#EXT-X-GAP\n#EXTINF:4.500,\n2.ts\n"
        "#EXT-X-DISCONTINUITY\n#EXT-X-PRIVATE\n#EXTINF:6.0,\nb.ts\n",
        {done.SEGMENT_INSERTED: 2, done.DISCONTINUITY_ADDED: 1},
    ),
    Case(
        "a segment is put in at the end",
        "#EXTINF:6.0,\na.ts\n#EXTINF:9.0,\n",
        [A, NEW],
        "#EXTINF:6.0,\na.ts\n#EXTINF:4.500,\nnew.ts\n",
        {done.SEGMENT_INSERTED: 1, done.EXTINF_REMOVED: 1},
    ),
    Case(
        "a segment whose name was cut off goes with its tags",
        "#EXTINF:6.0,\na.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:6.0,\nb.t\n",
        [A, NEW],
        "#EXTINF:6.0,\na.ts\n#EXTINF:4.500,\nnew.ts\n",
        {done.SEGMENT_REMOVED: 1, done.SEGMENT_INSERTED: 1},
    ),
]


def test_a_name_that_breaks_off_with_the_file_goes_with_its_tags() -> None:
    data = (HEAD + "#EXTINF:6.0,\na.ts\n#EXT-X-DISCONTINUITY\n#EXT-X-GAP\n#EXTINF:6.0,\nb").encode()
    playlist = read_playlist(data)
    made = rewrite_segments(data, playlist, [A, NEW])
    assert made.data == (HEAD + "#EXTINF:6.0,\na.ts\n#EXTINF:4.500,\nnew.ts\n").encode()
    assert made.changes == {done.SEGMENT_REMOVED: 1, done.SEGMENT_INSERTED: 1}


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("case", CASES, ids=[case.sentence for case in CASES])
def test_segments(case: Case, end: str) -> None:
    data, expected = ((HEAD + body + END).replace("\n", end).encode() for body in (case.before, case.after))
    made = rewrite_segments(data, read_playlist(data), case.pieces)
    assert made.data == expected
    assert made.changes == case.changes


def test_segments_put_in_at_the_head_take_the_numbers_below() -> None:
    data = b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:2\n#EXTINF:6,\na.ts\n"
    made = rewrite_segments(data, read_playlist(data), [NEW, NEW._replace(uri="2.ts"), A])
    assert made.data == (
        b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:4.500,\nnew.ts\n#EXTINF:4.500,\n2.ts\n#EXTINF:6,\na.ts\n"
    )


def test_odd_bytes_and_line_ends_stay() -> None:
    data = b"#EXTM3U\r\n#caf\xe9 \x00\t\n#EXTINF:60,\xff\r\n a.ts \n\n#EXT-X-\xe2\x80\xa8X"
    made = rewrite_segments(data, read_playlist(data), [A._replace(is_extinf_wrong=True)])
    assert made.data == data.replace(b":60,", b":6.000,")


chunks = st.sampled_from(
    [
        *("#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:6", "#EXT-X-ENDLIST", "#EXT-X-MEDIA-SEQUENCE:3"),
        *("#EXTINF:6,", "#EXTINF:6", "#EXTINF", "#EXTINF:x", "#EXT-X-DISCONTINUITY", "#EXT-X-GAP", "a.ts", "b c.ts"),
        *("", "# remark", "#EXT-X-KEY:METHOD=NONE", "#EXT-X-PRIVATE", "\r", " \t", "#EXT-X-PLAYLIST-TYPE:LIVE"),
    ]
)
texts = st.tuples(st.lists(chunks, max_size=20), st.sampled_from(["", "\n"])).map(
    lambda parts: "\n".join(parts[0]) + parts[1]
)


@given(texts, st.data())
def test_whatever_stands_there_the_plan_is_what_comes_out(text: str, data: st.DataObject) -> None:
    original = b"#EXTM3U\n" + text.encode()
    playlist = read_playlist(original)
    known = [
        PlannedSegment(segment.uri, segment.number, 6.0, is_there=not segment.gap) for segment in playlist.segments
    ]
    pieces: list[PlannedSegment] = []
    for piece in known:
        if data.draw(st.booleans()):
            pieces.append(NEW._replace(jumps=data.draw(st.booleans())))
        pieces.append(piece._replace(jumps=data.draw(st.booleans()), is_there=data.draw(st.booleans())))
    made = read_playlist(rewrite_segments(original, playlist, pieces).data)
    assert [segment.uri for segment in made.segments] == [piece.uri for piece in pieces]
    assert [segment.gap for segment in made.segments] == [not piece.is_there for piece in pieces]
    assert all(segment.discontinuity for segment, piece in zip(made.segments, pieces, strict=True) if piece.jumps)
    assert all(0 < segment.duration <= 6 for segment in made.segments)
    assert made.lines.count("# remark") == playlist.lines.count("# remark")


@given(texts)
def test_what_is_right_comes_out_as_it_was(text: str) -> None:
    original = b"#EXTM3U\n" + text.replace("#EXTINF\n", "#EXTINF:6,\n").replace(":x", ":6,").encode()
    playlist = read_playlist(original)
    codes = {finding.code for finding in playlist.findings}
    pieces = [
        PlannedSegment(segment.uri, segment.number, 6.0, is_there=not segment.gap) for segment in playlist.segments
    ]
    made = rewrite_segments(original, playlist, pieces)
    if not codes & {"HLS150", "HLS151", "HLS152", "HLS153", "HLS160", "HLS162", "HLS240", "HLS241"}:
        assert made.changes == {} or set(made.changes) == {done.DISCONTINUITY_REMOVED}
    assert (made.data == original) == (not made.changes)
