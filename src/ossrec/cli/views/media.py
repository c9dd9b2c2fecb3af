"""Formats of audio and video as people write them."""

from typing import Any

Row = dict[str, Any]

_CHANNELS = {1: "mono", 2: "stereo"}


def short_formats(row: Row) -> str:
    """Return formats such as ``h264 640x360 aac``, as far as they are known."""
    return " ".join(part for part in (_video(row), row["audio_codec"]) if part)


def long_formats(row: Row) -> str:
    """Return formats such as ``h264 640x360, aac 48 kHz stereo, 812 kbit/s``, as far as they are known."""
    return ", ".join(part for part in (_video(row), _audio(row), bit_rate(row["bit_rate"])) if part)


def bit_rate(bits: int | None) -> str:
    """Return a bit rate in kbit/s or Mbit/s."""
    if bits is None:
        return ""
    return f"{bits / 1_000_000:.1f} Mbit/s" if bits >= 10_000_000 else f"{bits / 1000:.0f} kbit/s"


def _video(row: Row) -> str:
    if row["video_codec"] is None:
        return ""
    size = f" {row['width']}x{row['height']}" if row["width"] is not None and row["height"] is not None else ""
    return f"{row['video_codec']}{size}"


def _audio(row: Row) -> str:
    if row["audio_codec"] is None:
        return ""
    rate = "" if row["sample_rate"] is None else f" {row['sample_rate'] / 1000:g} kHz"
    channels = row["channels"]
    many = "" if channels is None else f" {_CHANNELS.get(channels) or f'{channels} channels'}"
    return f"{row['audio_codec']}{rate}{many}"
