"""Formats of sound and picture as people write them."""

from typing import Any

Row = dict[str, Any]

_CHANNELS = {1: "mono", 2: "stereo"}


def in_short(row: Row) -> str:
    """``h264 640x360 aac``, of what is known."""
    return " ".join(part for part in (_picture(row), row["audio_codec"]) if part)


def at_length(row: Row) -> str:
    """``h264 640x360, aac 48 kHz stereo, 812 kbit/s``, of what is known."""
    return ", ".join(part for part in (_picture(row), _sound(row), bit_rate(row["bit_rate"])) if part)


def bit_rate(bits: int | None) -> str:
    """Bits per second in thousands or millions."""
    if bits is None:
        return ""
    return f"{bits / 1_000_000:.1f} Mbit/s" if bits >= 10_000_000 else f"{bits / 1000:.0f} kbit/s"


def _picture(row: Row) -> str:
    if row["video_codec"] is None:
        return ""
    size = f" {row['width']}x{row['height']}" if row["width"] is not None and row["height"] is not None else ""
    return f"{row['video_codec']}{size}"


def _sound(row: Row) -> str:
    if row["audio_codec"] is None:
        return ""
    rate = "" if row["sample_rate"] is None else f" {row['sample_rate'] / 1000:g} kHz"
    channels = row["channels"]
    many = "" if channels is None else f" {_CHANNELS.get(channels) or f'{channels} channels'}"
    return f"{row['audio_codec']}{rate}{many}"
