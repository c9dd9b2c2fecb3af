"""Ways to break an intact segment, each with the codes that must be found."""

from typing import NamedTuple

from tests.mpegts.material.breaking import (
    Change,
    again,
    cut_last,
    delete,
    insert,
    lose,
    on_other_pids,
    on_packet,
    other_format,
    set_byte,
    twice_with_jump,
    widen,
    with_nulls,
    without_first_picture,
    without_key_frames,
    without_stream,
    without_streams,
    zero,
)
from tests.mpegts.material.breaking_tables import (
    as_type,
    as_types,
    break_table,
    late_tables,
    replace_table,
    second_pmt,
    still_tables,
    without_table,
)
from tests.mpegts.material.breaking_times import pcr_on_own_pid, restart_clock, shift_pcr, shift_pts, stray, without_pcr
from tests.mpegts.material.payloads import noise, unaligned, without_frame_headers
from tests.mpegts.material.streams import pat, pmt, tables


class Fault(NamedTuple):
    """One way to break a segment."""

    name: str
    inject: Change
    codes: frozenset[str]  # all of them must be found; none: it stays intact
    needs: frozenset[str] = frozenset()  # of "video", "audio"


HTML = b"<!DOCTYPE html><html><body>404 Not Found</body></html>\n"
XML = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41\x00\x00\x00\x08free"
WEBM = b"\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1f\x42\x86\x81\x01webm"
ADTS = b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)
ID3 = b"ID3\x04\x00\x00\x00\x00\x00\x3fPRIV\x00\x00\x00\x35\x00\x00com.apple.streaming.transportStreamTimestamp"


def found(*codes: str) -> frozenset[str]:
    return frozenset(codes)


VIDEO, AUDIO, BOTH = frozenset(("video",)), frozenset(("audio",)), frozenset(("video", "audio"))

FAULTS = (
    Fault("one video packet is lost", lose("video", 1), found("TS350"), VIDEO),
    Fault("one audio packet is lost", lose("audio", 1), found("TS350"), AUDIO),
    Fault("five video packets are lost", lose("video", 5), found("TS350"), VIDEO),
    Fault("fifteen audio packets are lost", lose("audio", 15), found("TS350"), AUDIO),
    Fault("a packet is sent three times", again("audio", 2), found("TS351"), AUDIO),
    Fault("a packet is sent four times", again("video", 3), found("TS351"), VIDEO),
    Fault("a sync byte is flipped", on_packet("video", set_byte(0, 0x08)), found("TS320"), VIDEO),
    Fault("seven bytes are inserted", insert(7), found("TS320")),
    Fault("a kilobyte is inserted", insert(1024), found("TS320")),
    Fault("one byte is deleted", delete(1), found("TS320")),
    Fault("five hundred bytes are deleted", delete(500), found("TS320")),
    Fault("a kilobyte is zeros", zero(1024), found("TS320")),
    Fault("a packet is marked as damaged", on_packet("video", set_byte(1, 0x80)), found("TS330"), VIDEO),
    Fault("a packet is scrambled", on_packet("audio", set_byte(3, 0x80)), found("TS331"), AUDIO),
    Fault("the CRC of a PAT is wrong", break_table("pat"), found("TS343")),
    Fault("the CRC of a PMT is wrong", break_table("pmt"), found("TS343")),
    Fault("no PAT", without_table("pat"), found("TS340")),
    Fault("no PMT", without_table("pmt"), found("TS341")),
    Fault("a PMT without streams", replace_table("pmt", lambda data: pmt([]), share=0), found("TS341")),
    Fault("PAT and PMT come late", late_tables, found("TS342")),
    Fault(
        "two programs", replace_table("pat", lambda data: pat([(1, tables(data)[0] or 0), (2, 0x1500)])), found("TS344")
    ),
    Fault("a PMT that says something else", second_pmt, found("TS361")),
    Fault("no video packet", without_stream("video"), found("TS360"), BOTH),
    Fault("no audio packet", without_stream("audio"), found("TS360"), BOTH),
    Fault("no packet of any stream", without_streams, found("TS362")),
    Fault("only packets of streams that the PMT does not list", on_other_pids, found("TS362")),
    Fault("PCR jumps forward", shift_pcr(3), found("TS370")),
    Fault("PCR jumps back", shift_pcr(-2), found("TS370")),
    Fault("video PTS jumps forward", shift_pts("video", 4), found("TS371"), VIDEO),
    Fault("audio PTS jumps forward", shift_pts("audio", 4), found("TS371"), AUDIO),
    Fault("the clock restarts", restart_clock(-900), found("TS370", "TS372")),
    Fault("the clock is set ahead", restart_clock(37_600), found("TS372")),
    Fault("32 bits of the clock overflow", restart_clock(-((1 << 32) / 90_000)), found("TS370", "TS383")),
    Fault("a picture is stamped far ahead", stray("video", 37_600), found("TS373"), VIDEO),
    Fault("a picture is stamped a little ahead", stray("video", 20), found("TS373"), VIDEO),
    Fault("a picture is stamped far behind", stray("video", -37_600), found("TS373"), VIDEO),
    Fault("the first picture is stamped far ahead", stray("video", 37_600, first=0), found("TS373"), VIDEO),
    Fault("the last picture is stamped far ahead", stray("video", 37_600, first=1), found("TS373"), VIDEO),
    Fault("two pictures are stamped far ahead", stray("video", 37_600, count=2), found("TS373"), VIDEO),
    Fault("audio is stamped far ahead", stray("audio", 37_600), found("TS373"), AUDIO),
    Fault("the first picture is not a key frame", without_first_picture, found("TS401"), VIDEO),
    Fault("no key frame", without_key_frames, found("TS400"), VIDEO),
    Fault("audio of a private type", as_type("audio", 0x90), found("TS363"), BOTH),
    Fault("video of a private type", as_type("video", 0x80), found("TS363"), BOTH),
    Fault("nothing but private types", as_types(0x91), found("TS364")),
    Fault("video is noise", noise("video"), found("TS404"), VIDEO),
    Fault("audio without frame headers", without_frame_headers, found("TS405"), AUDIO),
    Fault("audio is noise", noise("audio"), found("TS405"), AUDIO),
    Fault("the last audio PES packet is truncated", cut_last("audio"), found("TS430"), AUDIO),
    *(
        Fault(f"it is {name}", other_format(content), found("TS310"))
        for name, content in (
            ("a page", HTML),
            ("an error message", XML),
            ("an MP4 file", MP4),
            ("WebM", WEBM),
            ("zeros", b"\x00"),
            ("text", b"0123456789"),
        )
    ),
)
HARMLESS = (
    Fault("a packet is sent twice", again("audio", 1), found(), AUDIO),
    Fault("a video packet is sent twice", again("video", 1), found(), VIDEO),
    Fault("counters jump and declare it", twice_with_jump("audio"), found(), AUDIO),
    Fault("audio frames that start inside PES packets", unaligned("audio"), found(), AUDIO),
    Fault("null packets in between", with_nulls, found()),
    Fault("counters of the tables do not advance", still_tables, found("TS352")),
    Fault("no PCR", without_pcr, found("TS374")),
    Fault("a PCR on its own PID", pcr_on_own_pid(), found()),
    Fault("a PCR on its own PID, seldom", pcr_on_own_pid(18_000), found()),
    Fault("packets of 192 bytes", widen(192), found("TS321")),
    Fault("packets of 204 bytes", widen(204), found("TS321")),
    Fault("bare AAC", other_format(ADTS), found("TS312")),
    Fault("AAC with an ID3 tag", other_format(ID3), found("TS312")),
)
