"""URIs are resolved as players do, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.findings import Finding
from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.uris import resolve, resolve_playlist
from ossrec.model import BucketAddress
from tests.hls.cases.uris import ADDRESS, CASES, PLAYLIST, PREFIX, UriCase
from tests.hls.playlists import media


@pytest.mark.parametrize("case", CASES, ids=[case.sentence for case in CASES])
def test_uri(case: UriCase) -> None:
    target = resolve(case.uri, PLAYLIST, ADDRESS, PREFIX)

    assert target.key == case.key
    assert tuple(fault.code for fault in target.faults) == case.codes


@pytest.mark.parametrize(
    ("uri", "literal"),
    [
        pytest.param("a.ts", None, id="a plain name has one reading"),
        pytest.param("a%20b.ts", "rec/day 1/a%20b.ts", id="an escape may be meant as it stands"),
        pytest.param("a?b.ts", "rec/day 1/a?b.ts", id="a question mark may be part of the name"),
        pytest.param("a#b.ts", "rec/day 1/a#b.ts", id="a hash may be part of the name"),
        pytest.param("x:b.ts", "rec/day 1/x:b.ts", id="what looks like a scheme may be a name"),
        pytest.param("a%FF.ts", "rec/day 1/a%FF.ts", id="what cannot be decoded may be a name"),
        pytest.param("a\\b.ts", "rec/day 1/a\\b.ts", id="a backslash may be part of the name"),
        pytest.param("100%.ts", None, id="a stray percent sign is read as itself anyway"),
        pytest.param("../a%20b.ts", None, id="a path that climbs is no bare name"),
        pytest.param("/rec/a%20b.ts", None, id="a path from the root is no bare name"),
        pytest.param("http://evil.example/a.ts", None, id="an absolute URI is no bare name"),
        pytest.param("a\x00.ts", None, id="no object has a control character in its name"),
    ],
)
def test_the_unescaped_reading(uri: str, literal: str | None) -> None:
    assert resolve(uri, PLAYLIST, ADDRESS, PREFIX).literal == literal


def test_the_folder_of_the_playlist_is_a_key_and_no_uri() -> None:
    assert resolve("a.ts", "100%/..x/%41/p.m3u8", ADDRESS).key == "100%/..x/%41/a.ts"
    assert resolve("./b%20.ts", "100%/..x/%41/p.m3u8", ADDRESS).key == "100%/..x/%41/b .ts"


def test_a_folder_on_disk_has_no_hosts() -> None:
    target = resolve("http://calls.oss-cn-hangzhou.aliyuncs.com/a.ts", "x.m3u8", BucketAddress("folder"))

    assert (target.key, target.faults[0].code) == (None, "HLS171")


PIECES = [
    *"a./%2eE5C:?#\\ +@[]\x00\u2028",
    "%2e",
    "%2F",
    "%5C",
    "..",
    "http://",
    "video.example.com",
    "127.0.0.1",
    "calls",
]
HARD = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@given(HARD | st.text())
def test_any_text_stays_inside_the_prefix(uri: str) -> None:
    target = resolve(uri, PLAYLIST, ADDRESS, PREFIX)

    for key in (target.key, target.literal):
        if key is not None:
            assert key.startswith(PREFIX)
            assert not {".", ".."} & set(key.split("/"))
            assert key.encode().decode() == key
    assert target.key is not None or target.faults


def test_a_playlist_is_resolved_at_once() -> None:
    text = media(
        '#EXT-X-KEY:METHOD=AES-128,URI="file:///k"', "#EXTINF:6,", "a.ts", "#EXTINF:4,", "http://evil.example/b.ts"
    )
    playlist = read_playlist(text.encode())

    resolved = resolve_playlist(playlist, PLAYLIST, ADDRESS, PREFIX)

    assert [target.key for target in resolved.segments] == ["rec/day 1/a.ts", None]
    assert [target.key for target in resolved.resources] == [None]
    assert resolved.findings == (
        Finding("HLS172", PLAYLIST, "file:///k", 4),
        Finding("HLS171", PLAYLIST, "evil.example", 8, 1, 6.0, 4.0),
    )


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        pytest.param("https://keys.example.com/app/decrypt?kid=17", "HLS205", id="a key server"),
        pytest.param("data:text/plain;base64,AAAAAAAAAAAAAAAAAAAAAA==", "HLS205", id="a key in the playlist itself"),
        pytest.param("skd://asset/17", "HLS205", id="a key of a DRM system"),
        pytest.param("file:///home/recorder/enc.key", "HLS172", id="a key on the recorder's disk"),
        pytest.param("../../../enc.key", "HLS173", id="a key outside the bucket"),
        pytest.param("https://video.example.com/rec/enc.key", None, id="a key in the bucket"),
    ],
)
def test_a_key_on_another_server_is_not_missing(uri: str, code: str | None) -> None:
    text = media(f'#EXT-X-KEY:METHOD=AES-128,URI="{uri}"', "#EXTINF:6,", "a.ts")

    findings = resolve_playlist(read_playlist(text.encode()), PLAYLIST, ADDRESS, PREFIX).findings

    assert [finding.code for finding in findings] == ([] if code is None else [code])


def test_an_initialization_section_on_another_server_is_missing() -> None:
    text = media('#EXT-X-MAP:URI="https://keys.example.com/init.mp4"', "#EXTINF:6,", "a.m4s")

    findings = resolve_playlist(read_playlist(text.encode()), PLAYLIST, ADDRESS, PREFIX).findings

    assert [finding.code for finding in findings] == ["HLS171"]
