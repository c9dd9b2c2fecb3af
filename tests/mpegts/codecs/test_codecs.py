"""The output of encoders is read as libav reads it, and no bytes make the readers raise."""

import io
from collections.abc import Iterator
from fractions import Fraction

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.mpegts.codecs.probe import ProbeResult, audio_frames, is_key_frame, probe
from ossrec.mpegts.codecs.stream_types import codec_of
from tests.mpegts.material.media import Recipe, encode

CODECS = ("h264", "hevc", "mpeg1video", "mpeg2video", "aac", "aac_latm", "mp2", "mp3", "ac3", "eac3", "opus")


def demuxed(data: bytes, kind: str) -> list[av.Packet]:
    """Return the packets of the first stream of a kind, as libav splits them."""
    with av.open(io.BytesIO(data), format="mpegts") as source:
        return [packet for packet in source.demux(**{kind: 0}) if packet.size]


def video(codec: str, size: tuple[int, int], **extra: str) -> list[av.Packet]:
    recipe = Recipe(codec, None, size, rate=Fraction(25), seconds=1, group=8, extra=tuple(extra.items()))
    return demuxed(encode(recipe), "video")


SIZES = [(160, 120), (426, 240), (322, 182), (1918, 1078), (98, 66), (32, 32), (640, 360), (854, 480), (130, 34)]


@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize(("encoder", "codec"), [("libx264", "h264"), ("libx265", "hevc"), ("mpeg2video", "mpeg2video")])
def test_picture_size_is_the_one_that_was_encoded(encoder: str, codec: str, size: tuple[int, int]) -> None:
    recipe = Recipe(encoder, None, size, seconds=1, rate=Fraction(2))

    assert probe(codec, bytes(demuxed(encode(recipe), "video")[0])) == ProbeResult(*size)


X264 = {
    "fields in place of frames": {"x264-params": "interlaced=1"},
    "fields, and lines cut off": {"x264-params": "interlaced=1:crop-rect=0,4,6,8"},
    "baseline profile": {"profile": "baseline"},
    "JVT scaling lists": {"preset": "slow", "x264-params": "cqm=jvt", "profile": "high"},
    "lossless": {"qp": "0"},
    "much in the VUI": {"x264-params": "nal-hrd=cbr:vbv-maxrate=500:vbv-bufsize=500:bitrate=500:pic-struct=1"},
}


@pytest.mark.parametrize("options", X264.values(), ids=X264.keys())
def test_picture_size_is_the_one_that_libav_decodes(options: dict[str, str]) -> None:
    data = encode(Recipe("libx264", None, (322, 204), seconds=1, extra=tuple(options.items())))
    with av.open(io.BytesIO(data)) as source:
        frame = next(source.decode(video=0))

    found = probe("h264", bytes(demuxed(data, "video")[0]))

    assert found is not None
    assert (found.width, found.height) == (frame.width, frame.height)


@pytest.mark.parametrize("pixels", ["yuv422p", "yuv444p", "gray"])
@pytest.mark.parametrize(("encoder", "codec"), [("libx264", "h264"), ("libx265", "hevc")])
def test_cropping_counts_in_chroma_samples(encoder: str, codec: str, pixels: str) -> None:
    made = av.CodecContext.create(encoder, "w")
    made.width, made.height, made.pix_fmt, made.time_base = 227, 131, pixels, Fraction(1, 25)
    made.options = {"preset": "ultrafast", "x265-params": "log-level=none:pools=1:frame-threads=1"}
    if pixels == "yuv422p":
        made.width = 226
    frame = av.VideoFrame(made.width, made.height, pixels)
    frame.pts = 0
    packets = [*made.encode(frame), *made.encode(None)]

    assert probe(codec, bytes(packets[0])) == ProbeResult(made.width, made.height)


KEYS = {
    "H.264 with IDR pictures": ("libx264", "h264", {}),
    "H.264 with B-frames": ("libx264", "h264", {"bf": "3", "tune": "film"}),
    "H.264 with open GOPs": (
        "libx264",
        "h264",
        {"bf": "2", "tune": "film", "forced-idr": "0", "x264-params": "open-gop=1:scenecut=0:keyint=8"},
    ),
    "H.265": ("libx265", "hevc", {}),
    "H.265 with open GOPs": (
        "libx265",
        "hevc",
        {"x265-params": "open-gop=1:bframes=3:keyint=8:log-level=none:pools=1:frame-threads=1"},
    ),
    "MPEG-2": ("mpeg2video", "mpeg2video", {"bf": "2"}),
}


@pytest.mark.parametrize(("encoder", "codec", "options"), KEYS.values(), ids=KEYS.keys())
def test_key_frames_are_those_of_libav(encoder: str, codec: str, options: dict[str, str]) -> None:
    packets = video(encoder, (160, 120), **options)

    assert [is_key_frame(codec, bytes(packet)) for packet in packets] == [packet.is_keyframe for packet in packets]
    assert sum(packet.is_keyframe for packet in packets) >= 3


def test_a_picture_that_is_refreshed_bit_by_bit_has_no_key_frames_but_the_first() -> None:
    packets = video("libx264", (160, 120), **{"x264-params": "intra-refresh=1:keyint=8"})

    assert [is_key_frame("h264", bytes(packet)) for packet in packets] == [True] + [False] * (len(packets) - 1)


SOUNDS = [
    *(
        ("aac", "aac", rate, channels, 1024)
        for rate in (8000, 16000, 22050, 44100, 48000, 96000)
        for channels in (1, 2)
    ),
    ("aac", "aac", 48000, 6, 1024),
    *(("mp2", "mp2", rate, channels, 1152) for rate in (22050, 32000, 44100, 48000) for channels in (1, 2)),
    *(("libmp3lame", "mp3", rate, channels, 1152) for rate in (32000, 44100, 48000) for channels in (1, 2)),
    *(("libmp3lame", "mp3", rate, 1, 576) for rate in (16000, 22050, 24000)),
    *(("ac3", "ac3", rate, channels, 1536) for rate in (32000, 44100, 48000) for channels in (1, 2, 6)),
    *(("eac3", "eac3", rate, channels, 1536) for rate in (32000, 44100, 48000) for channels in (1, 2, 6)),
]


@pytest.mark.parametrize(
    ("encoder", "codec", "rate", "channels", "samples"), SOUNDS, ids=[f"{s[1]} {s[2]} Hz x{s[3]}" for s in SOUNDS]
)
def test_sound_is_read_as_it_was_encoded(encoder: str, codec: str, rate: int, channels: int, samples: int) -> None:
    recipe = Recipe(None, encoder, seconds=1, sample_rate=rate, channels=channels, bit_rate=64_000 * channels)
    if encoder in ("mp2", "libmp3lame") and rate < 32000:
        recipe = recipe._replace(bit_rate=64_000)
    frames = [bytes(packet) for packet in demuxed(encode(recipe), "audio")]

    found = [probe(codec, frames[0]), probe(codec, b"".join(frames)), probe(codec, frames[0][-50:] + b"".join(frames))]

    assert found == [ProbeResult(None, None, rate, channels, samples, codec)] * 3
    assert audio_frames(codec, b"".join(frames)) == len(frames)
    assert audio_frames(codec, frames[0][:-9]) == 1


def test_layer_three_is_told_from_layer_two_by_its_headers() -> None:
    frames = demuxed(encode(Recipe(None, "libmp3lame", seconds=1)), "audio")

    found = probe("mp2", bytes(frames[0]))

    assert found is not None
    assert found.codec == "mp3"


def test_latm_is_read_as_it_was_encoded() -> None:
    muxed = io.BytesIO()
    recipe = Recipe(None, "aac", seconds=1, sample_rate=32000, channels=2)
    with av.open(io.BytesIO(encode(recipe))) as source, av.open(muxed, "w", format="latm") as target:
        stream = target.add_stream("aac", rate=32000, layout="stereo")
        stream.codec_context.open()
        count = 0
        for packet in stream.codec_context.encode(None) or source.demux(audio=0):
            count += _remux(packet, stream, target)
    data = muxed.getvalue()

    assert probe("aac_latm", data) == ProbeResult(None, None, 32000, 2, 1024, "aac_latm")
    assert audio_frames("aac_latm", data) == count


def _remux(packet: av.Packet, stream: av.AudioStream, target: av.container.OutputContainer) -> int:
    if not packet.size:
        return 0
    bare = av.Packet(bytes(packet)[7:])
    bare.pts, bare.dts, bare.time_base, bare.stream = packet.pts, packet.dts, packet.time_base, stream
    target.mux(bare)
    return 1


def opus_payloads() -> Iterator[bytes]:
    """Return Opus packets with their control headers, as in a transport stream."""
    made = av.CodecContext.create("libopus", "w")
    made.sample_rate, made.layout, made.format, made.options = 48000, "stereo", "s16", {"frame_duration": "20"}
    made.open()
    for number in range(10):
        frame = av.AudioFrame("s16", "stereo", 960)
        frame.sample_rate, frame.pts = 48000, number * 960
        for plane in frame.planes:
            plane.update(bytes(range(256)) * (plane.buffer_size // 256) + bytes(plane.buffer_size % 256))
        for packet in made.encode(frame):
            size = len(bytes(packet))
            yield b"\x7f\xe0" + b"\xff" * (size // 255) + bytes([size % 255]) + bytes(packet)


def test_opus_is_read_as_it_was_encoded() -> None:
    payloads = list(opus_payloads())

    assert probe("opus", payloads[0]) == ProbeResult(None, None, 48000, None, 960, "opus")
    assert audio_frames("opus", b"".join(payloads)) == len(payloads)


NAMES = [
    ("H.264", 0x1B, b"", ("video", "h264")),
    ("H.265", 0x24, b"", ("video", "hevc")),
    ("H.265 in private PES packets, registered", 0x06, b"\x05\x04HEVC", ("video", "hevc")),
    ("AAC", 0x0F, b"", ("audio", "aac")),
    ("AC-3 of ATSC", 0x81, b"\x05\x04AC-3", ("audio", "ac3")),
    ("AC-3 of DVB", 0x06, b"\x0a\x04eng\x00\x6a\x01\x00", ("audio", "ac3")),
    ("E-AC-3 of DVB", 0x06, b"\x7a\x01\x00", ("audio", "eac3")),
    ("Opus", 0x06, b"\x05\x04Opus\x7f\x02\x80\x02", ("audio", "opus")),
    ("MPEG-H", 0x2D, b"", ("audio", "mpegh_3d_audio")),
    ("DTS", 0x8A, b"", ("audio", "dts")),
    ("timed ID3", 0x15, b"\x26\x0d\xff\xffID3 \xffID3 \x00\x0f", ("data", "timed_id3")),
    ("private PES packets of something unknown", 0x06, b"\x05\x04ABCD", ("data", "0x06")),
    ("a type that is unknown", 0x99, b"", ("data", "0x99")),
    ("a registration that contradicts a type which is fixed", 0x1B, b"\x05\x04HEVC", ("video", "h264")),
    ("a descriptor that runs past the end", 0x06, b"\x05\x09HEVC", ("data", "0x06")),
    ("a descriptor without a length", 0x06, b"\x05", ("data", "0x06")),
]


@pytest.mark.parametrize(("stream_type", "descriptors", "expected"), [n[1:] for n in NAMES], ids=[n[0] for n in NAMES])
def test_codec_is_named(stream_type: int, descriptors: bytes, expected: tuple[str, str]) -> None:
    assert codec_of(stream_type, descriptors) == expected


@given(st.integers(0, 255), st.binary(max_size=80))
def test_any_descriptors_give_a_name(stream_type: int, descriptors: bytes) -> None:
    assert codec_of(stream_type, descriptors)[1]


def samples() -> list[tuple[str, bytes]]:
    """Return bytes of real streams, to be broken."""
    pictures = [(c, bytes(video(e, (160, 120))[0])) for e, c in (("libx264", "h264"), ("libx265", "hevc"))]
    sounds = [
        (c, b"".join(map(bytes, demuxed(encode(Recipe(None, e, seconds=1)), "audio")[:4])))
        for e, c in (("aac", "aac"), ("mp2", "mp2"), ("ac3", "ac3"), ("eac3", "eac3"))
    ]
    return [
        *pictures,
        *sounds,
        ("opus", b"".join(opus_payloads())),
        ("mpeg2video", bytes(video("mpeg2video", (64, 48))[0])),
    ]


def check(codec: str, data: bytes) -> None:
    found = probe(codec, data)
    assert found is None or all(value is None or value for value in found)
    assert is_key_frame(codec, data) in (None, True, False)
    frames = audio_frames(codec, data)
    assert frames is None or 0 < frames <= len(data)


STARTS = st.sampled_from(
    [b"\x00\x00\x01", b"\x00\x00\x01\x67", b"\x00\x00\x01\x42\x01", b"\x00\x00\x01\xb3", b"\xff\xf1"]
)
PIECES = st.one_of(
    STARTS, st.binary(max_size=20), st.sampled_from([b"\x0b\x77", b"\x56\xe0", b"\x7f\xe0", b"\xff\xfd"])
)


@given(st.sampled_from([*CODECS, "0x06", ""]), st.lists(PIECES, max_size=12).map(b"".join))
def test_no_bytes_make_them_raise(codec: str, data: bytes) -> None:
    check(codec, data)


@given(st.sampled_from(samples()), st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=6), st.data())
def test_broken_streams_do_not_make_them_raise(
    sample: tuple[str, bytes], changes: list[tuple[int, int]], data: st.DataObject
) -> None:
    raw = bytearray(sample[1])
    for at, value in changes:
        raw[at % len(raw)] = value
    check(sample[0], bytes(raw[: data.draw(st.integers(0, len(raw)))]))


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(
    "flood", [b"\xff", b"\x00\x00\x01", b"\x00\x00\x01\x67", b"\x00\x00\x01\x40\x01", b"\x0b\x77", b"\x00"]
)
def test_a_flood_is_looked_at_no_further_than_the_bound(codec: str, flood: bytes) -> None:
    check(codec, flood * 200_000)
