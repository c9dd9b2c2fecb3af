"""URIs of keys, and playlists moved to another folder."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ossrec.hls.edit.relocate import relocate
from ossrec.hls.relative_uris import relative_folder, relative_uri
from ossrec.hls.uris import resolve
from ossrec.model import BucketAddress

NOWHERE = BucketAddress("")
# What has a meaning in a path, a URI or a folder name, so that hard names are met.
steps = st.text("ab.:%#?&=+ ;,'\"<>\\|~@!$()*[]{}é日😀\u2028\u202e2eF", max_size=6)
keys = st.lists(steps, min_size=1, max_size=4).map("/".join)


@given(keys, keys)
@example("a/b c.ts", "a/x.m3u8")
@example("a//b.ts", "a/x.m3u8")
@example("100%25.ts", "100%/x.m3u8")
@example("a:b.ts", "x.m3u8")
@example("%2e%2e/a.ts", "b/x.m3u8")
def test_a_uri_leads_to_the_key_it_was_made_of(key: str, playlist: str) -> None:
    uri = relative_uri(key, playlist)
    if uri is None:
        assert {".", ".."} & set(key.split("/")) or not key.strip("/") or _climbs(key, playlist)
    else:
        assert uri.isascii()
        assert not set(uri) & set(' "<>\\^`{|}#?\n')
        found = resolve(uri, playlist, NOWHERE)
        assert (found.key, found.faults) == (key, ())


def _climbs(key: str, playlist: str) -> bool:
    return {".", ".."} & set(playlist.split("/")) != set()


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("a/new\nline.ts", id="a line end"),
        pytest.param("a/\x1b[31m.ts", id="a terminal escape"),
        pytest.param("a/\ud800.ts", id="no character"),
        pytest.param("a/../b.ts", id="a step back"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_no_uri_can_mean_has_none(key: str) -> None:
    assert relative_uri(key, "a/x.m3u8") is None


@pytest.mark.parametrize(
    ("key", "playlist", "uri"),
    [
        pytest.param("a/x.ts", "a/x.m3u8", "x.ts", id="beside it"),
        pytest.param("a/x/0.ts", "a/x.m3u8", "x/0.ts", id="in a folder beside it"),
        pytest.param("x.ts", "out/a/x.m3u8", "../../x.ts", id="from another folder"),
        pytest.param("a/b/x.ts", "a/c/x.m3u8", "../b/x.ts", id="by the folder that both share"),
        pytest.param("a/\n/x.ts", "a/\n/x.m3u8", "x.ts", id="a folder that need not be named"),
        pytest.param("a//x.ts", "a/x.m3u8", ".//x.ts", id="an empty name, which must not become the root"),
        pytest.param("a/100% é#?.ts", "a/x.m3u8", "100%25%20%C3%A9%23%3F.ts", id="what must be escaped"),
        pytest.param("a/j.d'arc+1=2.ts", "a/x.m3u8", "j.d'arc+1=2.ts", id="what need not be"),
        pytest.param("C:/x.ts", "x.m3u8", "C%3A/x.ts", id="no scheme"),
    ],
)
def test_a_uri_is_as_short_and_as_plain_as_can_be(key: str, playlist: str, uri: str) -> None:
    assert relative_uri(key, playlist) == uri


def test_a_playlist_moves_with_its_keys_and_all_else_stays() -> None:
    text = (
        b'#EXTM3U\r\n#EXT-X-KEY:METHOD=AES-128,URI="k.key",IV=0x1\r\n#EXT-X-PRIVATE:URI="k.key"\r\n'
        b'#EXT-X-MAP:URI="i.mp4"\n#EXTINF:2,\na%20b.ts?x=1\n#EXTINF:2,\nhttp://h/c.ts\n#EXTINF:2,\n/d.ts\nodd.ts'
    )
    moved = relocate(text, lambda uri: None if uri == "odd.ts" else f"../{uri.partition('?')[0].lstrip('/')}")
    assert moved == (
        b'#EXTM3U\r\n#EXT-X-KEY:METHOD=AES-128,URI="../k.key",IV=0x1\r\n#EXT-X-PRIVATE:URI="k.key"\r\n'
        b'#EXT-X-MAP:URI="../i.mp4"\n#EXTINF:2,\n../a%20b.ts?x=1\n#EXTINF:2,\nhttp://h/c.ts\n#EXTINF:2,\n../d.ts\nodd.ts'
    )


@given(st.lists(keys, max_size=5), keys, keys)
def test_a_moved_playlist_names_the_same_objects(names: list[str], before: str, after: str) -> None:
    pairs = [(key, relative_uri(key, before)) for key in names]
    known = {uri: key for key, uri in pairs if uri is not None}
    text = "".join(f"#EXTINF:2,\n{uri}\n" for uri in known).encode()
    moved = relocate(b"#EXTM3U\n" + text, lambda uri: relative_uri(known[uri], after))
    uris = [line for line in moved.decode().split("\n") if line and not line.startswith("#")]
    for uri, (there, key) in zip(uris, known.items(), strict=True):
        if uri != there:
            assert resolve(uri, after, NOWHERE).key == key


@pytest.mark.parametrize(
    ("uri", "moved"),
    [
        pytest.param("x.ts", "../a/x.ts", id="a relative one goes the way back"),
        pytest.param("../../x.ts", "../a/../../x.ts", id="out of everything"),
        pytest.param("/x.ts", "/x.ts", id="from the root"),
        pytest.param("\t//h/x.ts", "//h/x.ts", id="absolute behind white space"),
        pytest.param("\x01http://h/x.ts", "\x01http://h/x.ts", id="absolute behind what browsers pass over"),
        pytest.param("h\tttp://h/x.ts", "h\tttp://h/x.ts", id="a scheme with what browsers pass over"),
        pytest.param("mailto:x", "mailto:x", id="another scheme"),
    ],
)
def test_what_nobody_knows_keeps_its_meaning(uri: str, moved: str) -> None:
    made = relocate(f"#EXTM3U\n#EXTINF:2,\n{uri}\n".encode(), lambda _: None, relative_folder(["b"], ["a"]))
    assert made.decode().split("\n")[2].strip() == moved


@given(keys, keys)
def test_the_way_back_leads_to_the_folder(before: str, after: str) -> None:
    home, there = before.split("/"), after.split("/")
    if not {".", ".."} & {*home, *there}:
        found = resolve(f"{relative_folder(there, home)}x.ts", f"{after}/p.m3u8", NOWHERE)
        assert found.key == f"{before}/x.ts"
