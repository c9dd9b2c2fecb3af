"""Playlists whose text differs from the RFC, with intact media: the verdict follows what happens to the viewer."""

import gzip
from pathlib import Path

import pytest
from Crypto.Cipher import AES

from fixtures.making.recorder import clips, write_playlist
from ossrec.findings import Severity
from ossrec.hls.playlist import MAX_PLAYLIST
from ossrec.rules import RULES
from tests.oss_server import OssServer
from tests.situations.making import Situation, assert_rebuilt_plays, objects_of, recording

CAMERA = [(clip.data, clip.seconds) for clip in clips("camera")[:3]]
SOME = recording(CAMERA)
TEXT = write_playlist(SOME.segments, target=3)
NULL_PACKET = b"\x47\x1f\xff\x10" + bytes(184)


def with_header(*lines: str) -> str:
    """Return the playlist with *lines* before the first segment."""
    return TEXT.replace("#EXT-X-DISCONTINUITY", "\n".join((*lines, "#EXT-X-DISCONTINUITY")), 1)


@pytest.mark.parametrize(
    ("text", "verdict", "codes"),
    [
        pytest.param(
            TEXT.replace("VERSION:", "VERSION: ").replace("DURATION:", "DURATION: ").replace("EXTINF:", "EXTINF: "),
            "complete",
            {"HLS025"},
            id="a space after the colon",
        ),
        pytest.param(TEXT.replace("SEQUENCE:", "SEQUENCE:\t"), "complete", {"HLS025"}, id="a tab after the colon"),
        pytest.param(TEXT.replace("DURATION:3", "DURATION:3.0"), "complete", {"HLS026"}, id="a fraction of zero"),
        pytest.param(
            with_header("#EXT-X-PLAYLIST-TYPE:LIVE"), "flawed", {"HLS121"}, id="a playlist type that does not exist"
        ),
        pytest.param(
            with_header("#EXT-X-MEDIA-SEQUENCE:0"), "flawed", {"HLS120"}, id="a second sequence number like the first"
        ),
        pytest.param(
            TEXT.replace("SEQUENCE:0", "SEQUENCE:1795161600"),
            "complete",
            {"HLS104"},
            id="a sequence number from a clock",
        ),
        pytest.param(with_header("#EXT-X-KEY:METHOD=NONE,"), "complete", {"HLS053"}, id="a comma at the end of a list"),
        pytest.param(with_header("#EXT-X-KEY: METHOD=NONE"), "complete", {"HLS053"}, id="a space before an attribute"),
        pytest.param(with_header("#EXT-X-KEY:METHOD = NONE"), "flawed", {"HLS054"}, id="spaces around an equals sign"),
        pytest.param(
            with_header('#EXT-X-DATERANGE:ID="a,START-DATE=x,,ID=b c'), "complete", {"HLS055"}, id="a broken date range"
        ),
        pytest.param(
            TEXT.replace("EXTINF:2.08", 'EXTINF:2.08 key="v",'), "complete", {"HLS163"}, id="text before a comma"
        ),
        pytest.param(TEXT.replace("EXTINF:2.08", "EXTINF:2.08,\t"), "complete", set(), id="a tab after a comma"),
        pytest.param(TEXT.replace("EXTINF:2.08", "EXTINF:2.08,\tone"), "complete", {"HLS025"}, id="a tab in a title"),
        pytest.param(
            with_header('#EXT-X-KEY:METHOD=AES-128,URI="https://keys.example.com/?kid=17"', "#EXT-X-KEY:METHOD=NONE"),
            "complete",
            {"HLS205"},
            id="a key on another server",
        ),
    ],
)
def test_what_players_accept_is_no_damage(text: str, verdict: str, codes: set[str], tmp_path: Path) -> None:
    assert text != TEXT

    situation = Situation(tmp_path, objects_of(SOME, text))

    assert codes <= situation.codes()
    worse = {code for code in situation.codes() - codes if RULES[code].severity > Severity.INFO}
    assert worse == set()
    assert situation.verdict() == verdict
    assert_rebuilt_plays(situation, segments=3, max_extinf=2.4)


def test_a_decimal_comma_is_reported_and_corrected(tmp_path: Path) -> None:
    text = TEXT.replace("EXTINF:2.08", "EXTINF:2,080000,").replace("EXTINF:2.32", "EXTINF:2,320000,")
    situation = Situation(tmp_path, objects_of(SOME, text))

    assert situation.verdict() == "flawed"
    assert {code for code in situation.codes() if RULES[code].severity > Severity.INFO} == {"HLS164"}
    assert situation.row()["duration"] == pytest.approx(6.4, abs=0.05)
    made = assert_rebuilt_plays(situation, segments=3, max_extinf=2.4)
    assert b"#EXTINF:2.080000,\n" in made.data
    assert b"#EXTINF:2.320000,\n" in made.data


def test_a_decimal_comma_below_one_second_is_not_zero(tmp_path: Path) -> None:
    text = TEXT.replace("EXTINF:2.08", "EXTINF:0,500000,title, long")
    situation = Situation(tmp_path, objects_of(SOME, text))

    assert "HLS164" in situation.codes()
    assert "HLS161" not in situation.codes()
    assert b"#EXTINF:2.080,title, long\n" in situation.rebuild().data  # the measured duration


def test_a_second_different_sequence_number_is_damage(tmp_path: Path) -> None:
    situation = Situation(tmp_path, objects_of(SOME, with_header("#EXT-X-MEDIA-SEQUENCE:9")))

    assert situation.verdict() == "damaged"
    assert "HLS100" in situation.codes()


def test_one_extinf_of_thirteen_hours_is_reported_and_corrected(tmp_path: Path) -> None:
    text = TEXT.replace("EXTINF:2.32", f"EXTINF:{2.32 + 2**32 / 90_000:.3f},")
    situation = Situation(tmp_path, objects_of(SOME, text))

    assert situation.verdict() in ("flawed", "damaged")
    (finding,) = [finding for finding in situation.findings() if finding.code == "LST292"]
    assert "2^32 ticks of 1/90000 s" in finding.detail
    assert_rebuilt_plays(situation, segments=3, max_extinf=2.4)


def encrypted(data: bytes, number: int) -> bytes:
    """Return a segment as AES-128 of HLS encrypts it, with its number as the initialization vector."""
    padding = 16 - len(data) % 16
    return AES.new(bytes(16), AES.MODE_CBC, number.to_bytes(16)).encrypt(data + bytes([padding]) * padding)


@pytest.mark.parametrize("clear", [(1,), (0, 2), (0, 1, 2), ()], ids=["one", "two", "all", "none"])
def test_segments_in_the_clear_under_a_key_are_damage(clear: tuple[int, ...], tmp_path: Path) -> None:
    data = [data + NULL_PACKET * (len(data) // 188 % 4 == 0) for data, _ in CAMERA]  # no whole blocks of 16 bytes
    mixed = [one if number in clear else encrypted(one, number) for number, one in enumerate(data)]
    some = recording([(one, seconds) for one, (_, seconds) in zip(mixed, CAMERA, strict=True)])
    text = write_playlist(some.segments, target=3)
    text = text.replace("#EXT-X-DISCONTINUITY", '#EXT-X-KEY:METHOD=AES-128,URI="enc.key"\n#EXT-X-DISCONTINUITY', 1)

    situation = Situation(tmp_path, objects_of(some, text) | {"enc.key": bytes(16)})

    named = [finding.segment for finding in situation.findings() if finding.code == "LST203"]
    assert named == list(clear)
    assert "LST202" not in situation.codes()
    assert situation.verdict() == ("damaged" if clear else "complete")


@pytest.mark.parametrize(("copied", "verdict"), [(True, "LST266"), (False, None)], ids=["overwritten", "intact"])
def test_a_segment_written_over_another_is_seen_in_the_listing(
    copied: bool, verdict: str | None, tmp_path: Path, server: OssServer
) -> None:
    some = recording([CAMERA[0], CAMERA[0] if copied else CAMERA[1], CAMERA[2]])
    situation = Situation(tmp_path, objects_of(some, write_playlist(some.segments, target=3)), server)

    assert {finding.segment for finding in situation.findings() if finding.code == "LST266"} == (
        {1} if copied else set()
    )
    assert verdict is None or situation.verdict() != "complete"


@pytest.mark.parametrize("length", [192, 204])
def test_longer_packets_are_complete_at_each_depth(length: int, tmp_path: Path) -> None:
    media = []
    for data, seconds in CAMERA:
        packets = [data[at : at + 188] for at in range(0, len(data), 188)]
        media.append((b"".join(bytes(4) + one if length == 192 else one + bytes(16) for one in packets), seconds))
    some = recording(media)
    situation = Situation(tmp_path, objects_of(some, write_playlist(some.segments, target=3)))

    assert situation.verdict() == "complete"
    situation.catalog.unlink()
    situation.scan("listing")
    assert (situation.row()["depth"], situation.verdict()) == ("listing", "complete")


def test_a_compressed_playlist_is_read(tmp_path: Path, server: OssServer) -> None:
    header = {SOME.playlist: {"Content-Encoding": "gzip"}}
    situation = Situation(tmp_path, objects_of(SOME, gzip.compress(TEXT.encode())), server, header)

    assert situation.verdict() == "complete"
    assert "HLS014" in situation.codes()
    assert situation.rebuild().data.startswith(b"#EXTM3U\n")
    assert situation.rebuild().playlist.segments[2].uri == SOME.segments[2].uri


def test_a_compressed_playlist_beyond_the_limit_is_not_read(tmp_path: Path, server: OssServer) -> None:
    bomb = gzip.compress(TEXT.encode() + b"#" * MAX_PLAYLIST)
    header = {SOME.playlist: {"Content-Encoding": "gzip"}}
    situation = Situation(tmp_path, objects_of(SOME, bomb), server, header)

    assert situation.verdict() == "unknown"
    assert "LOOK004" in situation.codes()


def packed_audio(seconds: float, number: int) -> bytes:
    """Return AAC frames of silence without a container, after the ID3 tag with their time (RFC 8216 3.4)."""
    body = bytes([0x21, 0x10, 0x05, 0x20, 0xA4, 0x1B, 0xFF, 0xC0, number])
    length = 7 + len(body)
    frame = bytes([0xFF, 0xF1, 0x50, 0x80 | length >> 11, length >> 3 & 0xFF, (length & 7) << 5 | 0x1F, 0xFC]) + body
    owner = b"com.apple.streaming.transportStreamTimestamp\0" + bytes(8)
    tag = b"PRIV" + bytes([0, 0, 0, len(owner), 0, 0]) + owner
    return b"ID3\4\0\0\0\0\0" + bytes([len(tag)]) + tag + frame * int(seconds * 44_100 / 1024)


@pytest.mark.parametrize("with_tag", [True, False], ids=["with an ID3 tag", "without a tag"])
def test_packed_audio_under_the_name_of_ts_is_another_format(with_tag: bool, tmp_path: Path) -> None:
    media = [(packed_audio(2.0, number), 2.0) for number in range(3)]
    if not with_tag:
        media = [(data[data.index(b"\xff\xf1") :], seconds) for data, seconds in media]
    some = recording(media)

    situation = Situation(tmp_path, objects_of(some, write_playlist(some.segments, target=3)))

    assert "TS312" in situation.codes()
    assert not {"TS310", "LST262"} & situation.codes()
    assert situation.verdict() == "complete"
    assert [one.gap for one in situation.rebuild().playlist.segments] == [False] * 3


def test_packed_audio_among_segments_of_ts_is_not_a_segment_of_the_recording(tmp_path: Path) -> None:
    some = recording([CAMERA[0], (packed_audio(2.32, 1), 2.32), CAMERA[2]])

    situation = Situation(tmp_path, objects_of(some, write_playlist(some.segments, target=3)))

    assert [finding.segment for finding in situation.findings() if finding.code == "TS310"] == [1]
    assert situation.verdict() == "damaged"
    assert [one.gap for one in situation.rebuild().playlist.segments] == [False, True, False]


def test_a_multivariant_playlist_names_its_media_playlists_in_one_line(tmp_path: Path) -> None:
    master = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=64000, RESOLUTION=160x90,\nlow.m3u8\n"
    master += "#EXT-X-STREAM-INF:BANDWIDTH=128000\nhigh/index.m3u8\n"
    situation = Situation(tmp_path, objects_of(SOME, master))

    (finding,) = [finding for finding in situation.findings() if RULES[finding.code].severity > Severity.INFO]
    assert (finding.code, finding.detail) == ("HLS060", "it names low.m3u8, high/index.m3u8")
    assert situation.verdict() == "unknown"


def test_a_short_fraction_of_a_time_is_valid(tmp_path: Path) -> None:
    times = iter(("2026-11-20T08:00:00.1Z", "2026-11-20T08:00:02.2Z", "2026-11-20T08:00:04.52Z"))
    lines = (f"#EXT-X-PROGRAM-DATE-TIME:{next(times)}\n{x}" if x.startswith("#EXTINF") else x for x in TEXT.split("\n"))
    situation = Situation(tmp_path, objects_of(SOME, "\n".join(lines)))

    assert situation.verdict() == "complete"
    assert not {code for code in situation.codes() if code.startswith("HLS22")}


def test_a_target_duration_of_zero_is_damage_and_corrected(tmp_path: Path) -> None:
    situation = Situation(tmp_path, objects_of(SOME, TEXT.replace("DURATION:3", "DURATION:0")))

    assert situation.verdict() == "damaged"
    assert "HLS082" in situation.codes()
    assert assert_rebuilt_plays(situation, segments=3).playlist.target_duration == 2


def test_keys_of_others_and_folder_markers_are_no_segments(tmp_path: Path, server: OssServer) -> None:
    some = recording(CAMERA, folder="rec")
    objects = objects_of(some, write_playlist(some.segments, target=3))
    for key in ("rec/", f"{some.stem}/", "other/\x1b[31mred", "other/\x01"):
        server.bucket("recordings").put(key, b"" if key.endswith("/") else b"x", 1_763_625_600)
    situation = Situation(tmp_path, objects, server)

    assert situation.verdict() == "complete"
    assert len(situation.rows()) == 1
    assert {code for code in situation.codes() if RULES[code].severity > Severity.INFO} == set()
