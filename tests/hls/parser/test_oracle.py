"""For well-formed playlists, the parser and the m3u8 library return the same values."""

from datetime import UTC, datetime

import m3u8
from hypothesis import given, settings
from hypothesis import strategies as st

from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.playlist import Segment

NAME = st.text("abcXYZ019_-./%+?&=", min_size=1, max_size=20).filter(lambda text: text.strip() == text)
TIME = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
DURATION = st.integers(0, 400_000).map(lambda milliseconds: f"{milliseconds / 1000}")
KEY = st.one_of(st.none(), st.just("METHOD=NONE"), NAME.map(lambda uri: f'METHOD=AES-128,URI="{uri}",IV=0x1F'))
MAP = st.none() | NAME.map(lambda uri: f'URI="{uri}"')


@st.composite
def one_segment(draw: st.DrawFn) -> list[str]:
    """Generate the lines of a segment, with its tags in any order that the RFC allows."""
    before = []
    for tag, value in (("KEY", draw(KEY)), ("MAP", draw(MAP))):
        if value is not None:
            before.append(f"#EXT-X-{tag}:{value}")
    if draw(st.booleans()):
        before.append("#EXT-X-DISCONTINUITY")
    if draw(st.booleans()):
        before.append("#EXT-X-GAP")
    if draw(st.booleans()):
        before.append(f"#EXT-X-PROGRAM-DATE-TIME:{draw(TIME).isoformat(timespec='milliseconds')}")
    if draw(st.booleans()):
        before.append(f"#EXT-X-BYTERANGE:{draw(st.integers(1, 9999))}@{draw(st.integers(0, 9999))}")
    title = draw(st.sampled_from([",", ",title", ",a, b", ""]))
    return [*draw(st.permutations([*before, f"#EXTINF:{draw(DURATION)}{title}"])), draw(NAME)]


@settings(max_examples=300)
@given(st.lists(one_segment(), min_size=1, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_parser_and_library_agree(segments: list[list[str]], end: str) -> None:
    head = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:400", "#EXT-X-MEDIA-SEQUENCE:3"]
    text = end.join([*head, *(line for segment in segments for line in segment), "#EXT-X-ENDLIST", ""])

    ours, theirs = read_playlist(text.encode()), m3u8.loads(text)

    assert (ours.version, ours.target_duration) == (theirs.version, theirs.target_duration)
    assert (ours.media_sequence, ours.ended) == (theirs.media_sequence, theirs.is_endlist)
    assert [_plain(segment) for segment in ours.segments] == [_theirs(segment) for segment in theirs.segments]
    keys = {resource.uri for resource in ours.resources if resource.role == "key"}
    maps = {resource.uri for resource in ours.resources if resource.role == "map"}
    assert keys == {key.uri for key in theirs.keys if key and key.uri}
    assert maps == {section.uri for section in theirs.segment_map}


def _plain(segment: Segment) -> tuple[object, ...]:
    part = segment.byterange and f"{segment.byterange[1]}@{segment.byterange[0]}"
    time = segment.program_time and round(segment.program_time, 3)
    marks = (segment.discontinuity, segment.gap, segment.encrypted, segment.fragment)
    return (segment.uri, segment.duration, part, time, *marks)


def _theirs(segment: m3u8.Segment) -> tuple[object, ...]:
    time = segment.program_date_time and round(segment.program_date_time.timestamp(), 3)
    encrypted = bool(segment.key) and segment.key.method == "AES-128"
    marks = (segment.discontinuity, bool(segment.gap_tag), encrypted, bool(segment.init_section))
    return (segment.uri, segment.duration, segment.byterange, time, *marks)
