"""Formats as people write them, as far as they are known."""

from typing import Any

import pytest

from ossrec.cli.views.media import long_formats, short_formats
from tests.catalog.builder import FORMAT

NONE = dict.fromkeys(FORMAT)

SAID: dict[str, tuple[dict[str, Any], str, str]] = {
    "sound and picture": (FORMAT, "h264 640x360 aac", "h264 640x360, aac 48 kHz stereo, 812 kbit/s"),
    "nothing": (NONE, "", ""),
    "sound alone": (
        NONE | {"audio_codec": "mp2", "sample_rate": 44_100, "channels": 1},
        "mp2",
        "mp2 44.1 kHz mono",
    ),
    "picture alone, of unknown size": (NONE | {"video_codec": "0x1b"}, "0x1b", "0x1b"),
    "half a size": (NONE | {"video_codec": "hevc", "width": 640}, "hevc", "hevc"),
    "many channels": (NONE | {"audio_codec": "ac3", "channels": 6}, "ac3", "ac3 6 channels"),
    "much": (NONE | {"bit_rate": 25_400_000}, "", "25.4 Mbit/s"),
}


@pytest.mark.parametrize(("row", "short", "long"), SAID.values(), ids=SAID)
def test_is_said(row: dict[str, Any], short: str, long: str) -> None:
    assert short_formats(row) == short
    assert long_formats(row) == long
