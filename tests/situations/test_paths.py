"""Playlists whose paths are wrong while the segments are in the bucket: the finding says so, and rebuild mends it."""

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from fixtures.making.recorder import Recording, write_playlist
from ossrec.hls.edit.segments import COMMA_ADDED, GAP_ADDED
from ossrec.rules import RULES
from tests.check.run_check import slice_of
from tests.oss_server import OssServer
from tests.scan.scanning import content
from tests.situations.making import Situation, assert_rebuilt_plays, objects_of, recording

CAMERA = [(slice_of("camera", 0), 2.08), (slice_of("camera", 1), 2.32), (slice_of("camera", 2), 2.0)]
VOICE = [(slice_of("voice", 0), 2.048), (slice_of("voice", 1), 1.984), (slice_of("voice", 2), 1.984)]
FOLDER = "rec/2026"
PATH, SPELLING, HOST, AMBIGUOUS = "LST267", "LST273", "LST268", "LST269"
OUTCOMES = {PATH, SPELLING, HOST, AMBIGUOUS, "LST260", "LST270", "LST271", "LST272"}

Rename = Callable[[str], str]


class Variant(NamedTuple):
    """A way to write a URI, from the file name, and what is found."""

    code: str
    uri: Rename
    words: str = "lies beside the playlist under the same name"
    also: str | None = None  # a finding in the text of the playlist


VARIANTS = {
    "the prefix twice": Variant(PATH, lambda name: f"{FOLDER}/{name}"),
    "a part of the prefix twice": Variant(PATH, lambda name: f"2026/{name}"),
    "another folder": Variant(PATH, lambda name: f"tmp/upload/{name}"),
    "a folder beside": Variant(PATH, lambda name: f"../2025/{name}"),
    "an absolute path of a disk": Variant(PATH, lambda name: f"/var/spool/rec/{name}"),
    "a drive letter": Variant(PATH, lambda name: f"D:\\rec\\{name}", also="HLS172"),
    "a drive letter with slashes": Variant(PATH, lambda name: f"d:/rec/{name}", also="HLS172"),
    "a file URL": Variant(PATH, lambda name: f"file:///var/spool/{name}", also="HLS172"),
    "out of the bucket": Variant(PATH, lambda name: f"../../../spool/{name}", also="HLS173"),
    "in lower case": Variant(SPELLING, lambda name: name.lower(), "differs in letter case"),
    "the extension in upper case": Variant(SPELLING, lambda name: name[:-2] + "TS", "differs in letter case"),
    "decomposed": Variant(SPELLING, lambda name: unicodedata.normalize("NFD", name), "Unicode normalization"),
    "decomposed, in another folder": Variant(
        SPELLING, lambda name: "/var/spool/" + unicodedata.normalize("NFD", name), "Unicode normalization"
    ),
    "a CNAME nobody configured": Variant(
        HOST, lambda name: f"https://media.example.com/{FOLDER}/{name}", "media.example.com", "HLS171"
    ),
    "a host without its scheme": Variant(HOST, lambda name: f"//media.example.com/{FOLDER}/{name}", also="HLS171"),
    "a signed URL": Variant(
        HOST, lambda name: f"http://b.oss.example/{FOLDER}/{name}?Signature=a/b&Expires=1", "`cname`", "HLS175"
    ),
    "a host with another path": Variant(HOST, lambda name: f"https://cdn.example/live/{name}", also="HLS171"),
    "path style on an unknown host": Variant(
        HOST, lambda name: f"https://s3.example/bucket/{FOLDER}/{name}", also="HLS171"
    ),
}


@pytest.fixture(params=["folder", "server"])
def server(request: pytest.FixtureRequest) -> Iterator[OssServer | None]:
    """Return a local OSS server for the bucket, or None if it is a folder."""
    if request.param == "folder":
        yield None
        return
    with OssServer() as running:
        yield running


def renamed(some: Recording, uri: Rename, numbers: tuple[int, ...] = (0, 1, 2)) -> str:
    """Return the playlist with other URIs for the segments *numbers*."""
    segments = [
        item._replace(uri=uri(item.key.rpartition("/")[2])) if number in numbers else item
        for number, item in enumerate(some.segments)
    ]
    return write_playlist(tuple(segments))


def outcomes(situation: Situation) -> dict[str, int]:
    """Return how often each finding about missing segments and orphans occurs."""
    codes = [finding.code for finding in situation.findings() if finding.code in OUTCOMES]
    return {code: codes.count(code) for code in codes}


@pytest.mark.parametrize(
    ("name", "room"),
    [
        (name, room)
        for room in ("Room 7", "Übung Élodie")
        for name in VARIANTS
        if "decomposed" not in name or room > "Z"
    ],
)
def test_the_path_is_the_reason(name: str, room: str, tmp_path: Path, server: OssServer | None) -> None:
    code, uri, words, also = VARIANTS[name]
    some = recording(CAMERA, room, folder=FOLDER)
    situation = Situation(tmp_path, objects_of(some, renamed(some, uri)), server)
    (row,) = situation.rows()
    assert (row["verdict"], row["segments_missing"], row["segments_expected"]) == ("incomplete", 3, 3)
    assert outcomes(situation) == {code: 3}
    found = [finding for finding in situation.findings() if finding.code == code]
    assert [finding.segment for finding in found] == [0, 1, 2]
    assert all(words in finding.detail for finding in found)
    assert also is None or also in situation.codes()
    made = assert_rebuilt_plays(situation, segments=3, max_extinf=2.4)
    assert GAP_ADDED not in made.changes
    assert not made.remaining
    assert not made.omitted


@pytest.mark.parametrize("media", [CAMERA, VOICE], ids=["video", "audio"])
@pytest.mark.parametrize("wrong", [(0,), (1,), (2,), (0, 2)])
def test_the_fault_may_be_in_some_of_the_segments(
    media: list[tuple[bytes, float]], wrong: tuple[int, ...], tmp_path: Path
) -> None:
    some = recording(media, uid="teacher", folder=FOLDER)
    situation = Situation(tmp_path, objects_of(some, renamed(some, lambda name: f"/spool/{name}", wrong)))
    assert situation.verdict() == "incomplete"
    assert outcomes(situation) == {PATH: len(wrong)}
    assert_rebuilt_plays(situation, segments=3, max_extinf=2.4)


def test_a_segment_that_is_lost_too_is_still_missing(tmp_path: Path, server: OssServer | None) -> None:
    some = recording(CAMERA, folder=FOLDER)
    objects = objects_of(some, renamed(some, lambda name: f"{FOLDER}/{name}"))
    del objects[some.segments[1].key]
    situation = Situation(tmp_path, objects, server)
    assert outcomes(situation) == {PATH: 2, "LST260": 1}
    made = assert_rebuilt_plays(situation, segments=2, max_extinf=2.4)
    assert made.changes[GAP_ADDED] == 1


def test_segments_of_any_name_belong_to_the_recording(tmp_path: Path, server: OssServer | None) -> None:
    some = recording(CAMERA, folder=FOLDER)
    names = {item.key.rpartition("/")[2]: f"part {number}.ts" for number, item in enumerate(some.segments)}
    objects = {some.playlist: renamed(some, lambda name: f"/mnt/disk/hls/{names[name]}").encode()}
    objects |= {f"{FOLDER}/hls/{names[item.key.rpartition('/')[2]]}": item.clip.data for item in some.segments}
    situation = Situation(tmp_path, objects, server)
    assert outcomes(situation) == {PATH: 3}
    assert_rebuilt_plays(situation, segments=3, max_extinf=2.4)
    assert len(situation.rows()) == 1


def test_two_objects_that_fit_are_not_guessed(tmp_path: Path, server: OssServer | None) -> None:
    some = recording(CAMERA, folder=FOLDER)
    first = some.segments[0].key.rpartition("/")[2]
    objects = objects_of(some, renamed(some, lambda name: f"/disk/out/{name}"))
    objects[f"{FOLDER}/out/{first}"] = slice_of("camera", 4)
    situation = Situation(tmp_path, objects, server)
    assert situation.verdict(f"{FOLDER}/rid_") == "incomplete"
    (finding,) = [finding for finding in situation.findings() if finding.code == AMBIGUOUS]
    assert f"{FOLDER}/{first}" in finding.detail
    assert f"{FOLDER}/out/{first}" in finding.detail
    made = situation.rebuild(f"{FOLDER}/rid_")
    assert [one.uri.rpartition("/")[2] for one in made.playlist.segments].count(first) == 1
    assert sum(one.gap for one in made.playlist.segments) == 1


def test_two_paths_that_mean_one_object_are_not_guessed(tmp_path: Path) -> None:
    some = recording(CAMERA, folder=FOLDER)
    last = some.segments[2].key.rpartition("/")[2]
    again = f"#EXTINF:2.0\n/b/{last}\n#EXT-X-ENDLIST"
    text = renamed(some, lambda name: f"/a/{name}").replace("#EXT-X-ENDLIST", again)
    situation = Situation(tmp_path, objects_of(some, text))
    assert outcomes(situation) == {PATH: 2, AMBIGUOUS: 2}
    made = situation.rebuild()
    assert [one.uri for one in made.playlist.segments if not one.gap] == [item.uri for item in some.segments[:2]]
    assert made.omitted == [some.segments[2].key]


def test_an_object_that_the_playlist_names_itself_is_not_named_again(tmp_path: Path) -> None:
    some = recording(CAMERA, folder=FOLDER)
    again = f"#EXTINF:2.0\n/b/{some.segments[2].uri}\n#EXT-X-ENDLIST"
    text = write_playlist(some.segments).replace("#EXT-X-ENDLIST", again)
    situation = Situation(tmp_path, objects_of(some, text))
    assert outcomes(situation) == {"LST260": 1}
    assert_rebuilt_plays(situation, segments=3)


def test_a_declared_gap_whose_segment_lies_beside_is_no_gap(tmp_path: Path) -> None:
    some = recording(CAMERA, folder=FOLDER)
    text = renamed(some, lambda name: f"{FOLDER}/{name}", (1,)).replace("#EXTINF:2.32", "#EXT-X-GAP\n#EXTINF:2.32")
    situation = Situation(tmp_path, objects_of(some, text))
    assert outcomes(situation) == {}
    assert "LST264" in situation.codes()
    assert_rebuilt_plays(situation, segments=3)


def test_a_later_scan_gives_the_same(tmp_path: Path, server: OssServer | None) -> None:
    some = recording(CAMERA, "Élan", folder=FOLDER)
    text = renamed(some, lambda name: "/spool/" + unicodedata.normalize("NFD", name))
    situation = Situation(tmp_path, objects_of(some, text), server)
    before = content(situation.catalog)
    situation.scan()
    assert content(situation.catalog) == before
    situation.scan(fresh=True)
    assert content(situation.catalog) == before


@pytest.mark.parametrize("name", ["the prefix twice", "decomposed", "in lower case", "a CNAME nobody configured"])
@pytest.mark.parametrize("is_playlist_first", [True, False])
def test_the_order_of_arrival_does_not_matter(name: str, is_playlist_first: bool, tmp_path: Path) -> None:
    some = recording(CAMERA, "Élan", folder=FOLDER)
    objects = objects_of(some, renamed(some, VARIANTS[name].uri))
    first = {key: data for key, data in objects.items() if (key == some.playlist) == is_playlist_first}
    situation = Situation(tmp_path, first)
    for key, data in objects.items():
        file = situation.files / key
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.write_bytes(data)
    situation.scan()
    situation.scan()
    assert len(situation.rows()) == 1
    assert outcomes(situation) == {VARIANTS[name].code: 3}
    assert_rebuilt_plays(situation, segments=3)


def test_a_segment_that_arrives_where_its_uri_leads_is_present(tmp_path: Path) -> None:
    some = recording(CAMERA, folder=FOLDER)
    situation = Situation(tmp_path, objects_of(some, renamed(some, lambda name: f"{FOLDER}/{name}")))
    assert situation.verdict() == "incomplete"
    for item in some.segments:
        file = situation.files / FOLDER / item.key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(item.clip.data)
    situation.scan()
    (row,) = situation.rows()
    assert (row["segments_present"], row["segments_missing"]) == (3, 0)
    assert not {PATH, "LST260"} & situation.codes()


def test_a_prefix_that_was_not_scanned_is_not_searched(tmp_path: Path, server: OssServer | None) -> None:
    some = recording(CAMERA, folder=FOLDER)
    objects = {some.playlist: renamed(some, lambda name: f"https://cdn.example/other/{name}").encode()}
    objects |= {f"other/{item.key.rpartition('/')[2]}": item.clip.data for item in some.segments}
    situation = Situation(tmp_path, objects, server, prefix="rec/")
    assert outcomes(situation) == {}
    assert "HLS171" in situation.codes()
    assert all("other/" not in str(finding.subject) for finding in situation.findings())
    if server is not None:
        assert not [request for request in server.requests if request.kind == "GET" and "other/" in request.key]


@pytest.mark.parametrize("uri", ["/{}/../../../etc/passwd", "https://evil.example/{}%2f..%2fx.ts", "\x01{}", "a/{}/"])
def test_a_hostile_uri_is_no_segment(uri: str, tmp_path: Path) -> None:
    some = recording(CAMERA, folder=FOLDER)
    situation = Situation(tmp_path, objects_of(some, renamed(some, uri.format)))
    assert not {PATH, SPELLING, HOST, AMBIGUOUS} & situation.codes()


def test_segments_of_another_recording_stay_its_own(tmp_path: Path) -> None:
    ours, other = recording(CAMERA, "ours", folder=FOLDER), recording(VOICE, "other", folder=FOLDER)
    mixed = write_playlist(tuple(item._replace(uri=f"/spool/{item.uri}") for item in other.segments))
    situation = Situation(tmp_path, objects_of(other) | {ours.playlist: mixed.encode()})
    assert situation.verdict("other") == "complete"
    assert situation.verdict("ours") == "incomplete"


def test_a_common_name_in_another_playlist_is_not_taken(tmp_path: Path) -> None:
    other, ours = sorted((recording(CAMERA, "one", folder=FOLDER), recording(CAMERA, "two", folder=FOLDER)))
    names = {item.uri: f"{number}.ts" for some in (other, ours) for number, item in enumerate(some.segments)}
    objects = {f"{FOLDER}/{number}.ts": item.clip.data for number, item in enumerate(other.segments)}
    objects |= {other.playlist: renamed(other, names.__getitem__).encode()}
    objects |= {ours.playlist: renamed(ours, lambda name: f"live/{names[name]}").encode()}
    situation = Situation(tmp_path, objects)
    assert situation.verdict(other.stem) == "complete"
    assert outcomes(situation) == {"LST260": 3}


def test_a_host_that_is_configured_later_is_known_by_the_next_scan(tmp_path: Path, server: OssServer | None) -> None:
    some = recording(CAMERA, folder=FOLDER)
    text = renamed(some, lambda name: f"https://Media.example.com/{FOLDER}/{name}")
    situation = Situation(tmp_path, objects_of(some, text), server)
    assert situation.verdict() == "incomplete"
    assert "`cname`" in RULES[HOST].remedy
    assert "`cname`" in RULES["HLS171"].remedy
    situation.connect(cnames=("media.example.com",))
    situation.scan()
    assert situation.verdict() == "complete"
    assert not {HOST, "HLS171"} & situation.codes()
    assert set(situation.rebuild().changes) == {COMMA_ADDED}
