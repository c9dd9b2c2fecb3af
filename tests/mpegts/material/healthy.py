"""Intact segments of many encoders and settings."""

from fractions import Fraction

from tests.mpegts.material.media import TICKS, WRAP, Recipe, cut, encode

NTSC = Fraction(30_000, 1_001)
BEFORE_WRAP = (WRAP / TICKS) - 1.0  # seconds: PTS begins again after one
PACKED = (("max_delay", "700000"),)  # as ffmpeg's own: some audio frames in each PES packet

RECIPES: dict[str, Recipe] = {
    "H.264 and AAC": Recipe(),
    "H.264 with B-frames": Recipe(b_frames=3, group=12),
    "H.264 with open GOPs": Recipe(
        b_frames=2, extra=(("forced-idr", "0"), ("x264-params", "open-gop=1:scenecut=0:keyint=10"))
    ),
    "H.264 with MPEG audio": Recipe(audio="mp2"),
    "H.264 with layer III": Recipe(audio="libmp3lame"),
    "H.264 with AC-3": Recipe(audio="ac3", sample_rate=48_000, channels=6, bit_rate=384_000),
    "H.264 with E-AC-3": Recipe(audio="eac3", sample_rate=48_000, channels=2, bit_rate=128_000),
    "H.264 with Opus": Recipe(audio="libopus", sample_rate=48_000, channels=2),
    "H.264 with AAC, some frames in a PES packet": Recipe(muxer=PACKED),
    "H.264 in pictures of many packets": Recipe(size=(640, 360), extra=(("qp", "18"),), seconds=1),
    "H.265": Recipe(video="libx265"),
    "H.265 with B-frames": Recipe(video="libx265", b_frames=3, group=12),
    "MPEG-2 video and MPEG audio": Recipe(video="mpeg2video", audio="mp2", bit_rate=128_000),
    "29.97 pictures a second": Recipe(rate=NTSC, group=30),
    "video only": Recipe(audio=None),
    "AAC only": Recipe(video=None),
    "AAC only, some frames in a PES packet": Recipe(video=None, muxer=PACKED),
    "AAC of 16 kHz only, some frames in a PES packet": Recipe(
        video=None, sample_rate=16_000, bit_rate=14_000, muxer=PACKED, seconds=4
    ),
    "MPEG audio only": Recipe(video=None, audio="mp2"),
    "a shared screen, one picture a second": Recipe(rate=Fraction(1), group=3, seconds=6),
    "a shared screen, five pictures a second": Recipe(rate=Fraction(5), group=10, seconds=3),
    "a shared screen without audio": Recipe(audio=None, rate=Fraction(1), group=3, seconds=6),
    "PTS that wraps": Recipe(start=BEFORE_WRAP),
    "PTS that wraps, with B-frames": Recipe(start=BEFORE_WRAP - 1.4, b_frames=3, muxer=PACKED),
    "PTS that wraps, audio only": Recipe(start=BEFORE_WRAP, video=None),
    "packets of 192 bytes": Recipe(
        audio="ac3", sample_rate=48_000, bit_rate=64_000, muxer=(("mpegts_m2ts_mode", "1"),)
    ),
    "PAT and PMT for each frame": Recipe(muxer=(("pat_period", "0.02"),)),
    "PMT on another PID": Recipe(muxer=(("mpegts_pmt_start_pid", "32"), ("mpegts_start_pid", "8000"))),
    "constant bit rate": Recipe(muxer=(("muxrate", "400000"),)),
    "PCR every 20 ms": Recipe(muxer=(("muxrate", "400000"), ("pcr_period", "20"))),
}
SERIES: dict[str, tuple[Recipe, str]] = {
    "segments of libav's HLS muxer": (Recipe(seconds=4), "hls"),
    "segments with B-frames": (Recipe(seconds=4, b_frames=3), "hls"),
    "segments of H.265 and 29.97 pictures a second": (Recipe(video="libx265", rate=NTSC, group=30, seconds=4), "hls"),
    "segments of audio": (Recipe(video=None, seconds=4), "hls"),
    "segments of a shared screen": (Recipe(rate=Fraction(1), group=1, seconds=4), "hls"),
    "segments with PTS that wraps": (Recipe(start=BEFORE_WRAP - 1, seconds=4), "hls"),
    "segments with some frames in a PES packet": (Recipe(muxer=PACKED, seconds=4), "hls"),
}
FEW = ("refs", "3"), ("x264-params", "scenecut=0:b-adapt=0")
LISTED: dict[str, tuple[Recipe, int]] = {  # and how many seconds each segment has at least
    f"{rate} pictures a second, {'B-frames' if b_frames else 'no B-frames'}, {length} s": (
        Recipe(rate=Fraction(rate), b_frames=b_frames, extra=FEW, group=int(rate * length), seconds=4 * length),
        length,
    )
    for rate, length in ((1, 4), (1, 6), (2, 2), (2, 6), (5, 2), (25, 2))
    for b_frames in (0, 3)
} | {
    "audio, 2 s": (Recipe(video=None, seconds=8), 2),
    "two pictures a second, B-frames, PTS that wraps": (
        Recipe(rate=Fraction(2), b_frames=3, extra=FEW, group=8, seconds=16, start=BEFORE_WRAP - 6),
        4,
    ),
}
RESTARTED = (Recipe(seconds=4), "segment")  # the muxer restarts its counters in each
BASE = ("H.264 and AAC", "H.264 with B-frames", "H.265", "MPEG-2 video and MPEG audio", "video only", "AAC only")


def healthy(name: str) -> bytes:
    """Return an intact segment."""
    return encode(RECIPES[name])


def series(name: str) -> tuple[bytes, ...]:
    """Return contiguous intact segments."""
    return cut(*SERIES[name])
