"""Multivariant (master) playlists name their members, whatever else they contain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.hls.parser.master import MAX_MASTER, MediaPlaylistReference, read_master
from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.playlist import Playlist
from tests.hls.playlists import MASTER, lines


def test_variants_renditions_and_i_frames() -> None:
    assert read_master(read_playlist(MASTER.encode())).members == (
        MediaPlaylistReference("variant", "low/index.m3u8", 1280000, "640x360"),
        MediaPlaylistReference("variant", "high/index.m3u8", 2560000),
        MediaPlaylistReference("rendition", "audio/en.m3u8", None, "English"),
        MediaPlaylistReference("i-frames", "low/iframes.m3u8", 86000),
    )


def test_a_rendition_without_a_uri_is_omitted() -> None:
    text = lines("#EXTM3U", '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="x"', "#EXT-X-STREAM-INF:BANDWIDTH=1", "v.m3u8")

    assert [member.uri for member in read_master(read_playlist(text.encode())).members] == ["v.m3u8"]


def test_a_line_separator_in_a_uri_does_not_end_the_line() -> None:
    text = lines("#EXTM3U", "#EXT-X-STREAM-INF:BANDWIDTH=1", "a\u2028b.m3u8")

    assert read_master(read_playlist(text.encode())).members[0].uri == "a%E2%80%A8b.m3u8"


@pytest.mark.parametrize(
    "value", ["BANDWIDTH=x", "BANDWIDTH=1,RESOLUTION=1", "BANDWIDTH=1e999", "FRAME-RATE=,BANDWIDTH=1"]
)
def test_an_exception_of_the_library_is_a_problem(value: str) -> None:
    text = lines("#EXTM3U", f"#EXT-X-STREAM-INF:{value}", "v.m3u8")
    found = read_master(read_playlist(text.encode()))

    assert found.members == ()
    assert found.problem


def test_a_huge_master_playlist_is_not_passed_to_the_library() -> None:
    assert "longer" in read_master(Playlist("master", ("#EXTM3U", "x" * MAX_MASTER))).problem


TAG = st.sampled_from(["#EXT-X-STREAM-INF:", "#EXT-X-MEDIA:", "#EXT-X-I-FRAME-STREAM-INF:", "#EXT-X-SESSION-KEY:", ""])
VALUE = st.text(st.sampled_from("AURI=\"',10x\x85 -")) | st.text()


@given(st.lists(st.tuples(TAG, VALUE), max_size=8))
def test_any_master_playlist_is_read_or_has_a_problem(tags: list[tuple[str, str]]) -> None:
    found = read_master(Playlist("master", ("#EXTM3U", *(tag + value for tag, value in tags))))

    assert found.problem or isinstance(found.members, tuple)
