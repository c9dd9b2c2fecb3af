"""Rules 31 to 43: segments by their bytes, and one against the next."""

from ossrec.findings import DamageKind, Rule, Verdict
from ossrec.rules.declare import error, info, warning

RULES: tuple[Rule, ...] = (
    error(
        "TS310",
        Verdict.DAMAGED,
        "segment is not MPEG-TS",
        "Look at what wrote it: an error page or another format was stored under a segment's name. Restore it "
        "from bucket versioning or upload it again.",
        "ISO/IEC 13818-1 2.4.3.2",
        damage=DamageKind.BROKEN,
    ),
    info(
        "TS311",
        "segment is enciphered, and its bytes were not looked into",
        "Nothing need be done: only a player with the key can tell whether it is sound.",
        "RFC 8216 4.3.2.4",
    ),
    info(
        "TS312",
        "segment is meant to be no MPEG-TS, and its bytes were not looked into",
        "Nothing need be done: fragmented MP4 and packed audio are not checked.",
        "RFC 8216 3.3",
    ),
    error(
        "TS320",
        Verdict.DAMAGED,
        "sync byte is lost inside the segment",
        "Bytes were cut out, added or overwritten: restore the object from bucket versioning or its source; "
        "players lose picture or sound there.",
        "ETSI TR 101 290 1.1, 1.2",
        damage=DamageKind.BROKEN,
    ),
    info(
        "TS321",
        "packets are 192 or 204 bytes long",
        "Nothing need be done if your players take it; HLS asks for packets of 188 bytes.",
        "ISO/IEC 13818-1 2.4.3.2",
    ),
    error(
        "TS330",
        Verdict.DAMAGED,
        "packets are marked as damaged by their sender",
        "They came broken into the recorder, nothing can restore them: look at its input.",
        "ETSI TR 101 290 2.1",
        damage=DamageKind.LOST,
    ),
    error(
        "TS331",
        Verdict.DAMAGED,
        "payload is scrambled, and the playlist names no key",
        "Find out who scrambled it: HLS enciphers with EXT-X-KEY only, and no player can show this.",
        "ISO/IEC 13818-1 2.4.3.3",
        damage=DamageKind.BROKEN,
    ),
    error(
        "TS340",
        Verdict.DAMAGED,
        "segment has no PAT",
        "Players that start or seek here show nothing; remux the recording (ffmpeg -c copy), which writes one "
        "into each segment.",
        "RFC 8216 3.2",
        damage=DamageKind.BROKEN,
    ),
    error(
        "TS341",
        Verdict.DAMAGED,
        "segment has no PMT",
        "Players that start or seek here show nothing; remux the recording (ffmpeg -c copy), which writes one "
        "into each segment.",
        "RFC 8216 3.2",
        damage=DamageKind.BROKEN,
    ),
    warning(
        "TS342",
        "PAT or PMT comes after the first media packet",
        "Players lose what comes before it; remux the recording if that shows.",
        "RFC 8216 3.2",
        damage=DamageKind.FLAW,
    ),
    error(
        "TS343",
        Verdict.DAMAGED,
        "CRC-32 of a PAT or PMT is wrong",
        "The table was overwritten: players ignore it, and show nothing until the next one. Restore the object "
        "or remux.",
        "ETSI TR 101 290 2.2",
        damage=DamageKind.BROKEN,
    ),
    warning(
        "TS344",
        "segment has more than one program",
        "HLS allows one: players pick any. Remux the program you want into a recording of its own.",
        "RFC 8216 3.2",
        damage=DamageKind.FLAW,
    ),
    error(
        "TS350",
        Verdict.DAMAGED,
        "packets are lost",
        "They never reached the bucket: picture or sound breaks there for a moment. Look at the recorder's "
        "network or disk if it happens again.",
        "ETSI TR 101 290 1.4",
        damage=DamageKind.LOST,
    ),
    warning(
        "TS351",
        "packet is sent more than twice",
        "Nothing is lost; a decoder may stumble. Remux the recording if that shows.",
        "ISO/IEC 13818-1 2.4.3.3",
        damage=DamageKind.FLAW,
    ),
    info(
        "TS352",
        "continuity counter of PAT or PMT stands still",
        "Nothing need be done: many muxers write tables so, and nothing is lost.",
        "ISO/IEC 13818-1 2.4.3.3",
    ),
    warning(
        "TS353",
        "continuity counter jumps from one segment to the next",
        "Packets may be lost between the two, or the recorder began anew: mark the place with EXT-X-DISCONTINUITY"
        " (`ossrec rebuild` does).",
        "RFC 8216 3.2",
        damage=DamageKind.FLAW,
    ),
    warning(
        "TS360",
        "stream is announced by the PMT, and none of its packets is there",
        "Nothing need be done if that user had muted or switched the camera off in this time, which is usual; else the "
        "recorder lost the stream, and no byte here can tell which. Some players wait for it.",
        "ETSI TR 101 290 1.6",
        damage=DamageKind.FLAW,
    ),
    warning(
        "TS361",
        "PMT changes inside the segment",
        "Recorders should cut there: some players go on with the wrong decoder. Remux if that shows.",
        "RFC 8216 3.2",
        damage=DamageKind.FLAW,
    ),
    error(
        "TS362",
        Verdict.DAMAGED,
        "none of the streams that the PMT announces is there",
        "Nobody can play this segment, though it has packets: look whether the recorder lost its input, or wrote the "
        "tables of another stream.",
        "ETSI TR 101 290 1.6",
        damage=DamageKind.BROKEN,
    ),
    warning(
        "TS370",
        "PCR jumps",
        "Players that follow the clock stall or skip there; remux the recording if that shows.",
        "ETSI TR 101 290 2.3",
        damage=DamageKind.JUMP,
    ),
    warning(
        "TS371",
        "stream has no PTS for long",
        "Its frames are missing there or carry no time: expect a frozen picture or silence.",
        "ETSI TR 101 290 2.5",
        damage=DamageKind.JUMP,
    ),
    error(
        "TS380",
        Verdict.DAMAGED,
        "times of neighbouring segments do not meet",
        "Something is missing between the two, or both hold the same time: mark the place with EXT-X-"
        "DISCONTINUITY (`ossrec rebuild` does), so that players go on.",
        "RFC 8216 3",
        damage=DamageKind.JUMP,
    ),
    warning(
        "TS382",
        "segment holds another time than its name says",
        "Segments were exchanged, or one was written over another: what plays goes back, and seconds play twice or are "
        "lost. Restore them from bucket versioning or a backup: no playlist mends that.",
        damage=DamageKind.JUMP,
    ),
    info(
        "TS381",
        "PTS begins again at 0 after 26.5 hours",
        "Nothing need be done: that is as it should be.",
        "ISO/IEC 13818-1 2.4.3.7",
    ),
    warning(
        "TS390",
        "measured duration is not what EXTINF says",
        "Seeking lands elsewhere, and the end may be cut: `ossrec rebuild` writes a playlist with measured durations.",
        "RFC 8216 4.3.2.1",
        damage=DamageKind.FLAW,
    ),
    warning(
        "TS400",
        "video has no key frame in the segment",
        "Players that seek into it show nothing until the next one; recorders write this when they cut by force.",
        "RFC 8216 3",
        damage=DamageKind.FLAW,
    ),
    warning(
        "TS401",
        "video does not start with a key frame",
        "Players that start or seek here show a broken picture until the next key frame.",
        "RFC 8216 3",
        damage=DamageKind.FLAW,
    ),
    warning(
        "TS410",
        "sound and picture start more than 0.5 s apart",
        "Players show a black picture or silence until both are there: usual when somebody's camera starts late.",
        damage=DamageKind.FLAW,
    ),
    warning(
        "TS411",
        "sound and picture drift apart",
        "Lips and voice part over the recording: look at the recorder's clock, or remux with resampled sound.",
        damage=DamageKind.FLAW,
    ),
    warning(
        "TS420",
        "format of sound or picture changes without EXT-X-DISCONTINUITY",
        "Codec, picture size, sample rate or channels change, and some players stop there: `ossrec rebuild` "
        "writes a playlist that marks the change.",
        "RFC 8216 4.3.2.3",
        damage=DamageKind.FLAW,
    ),
    warning(
        "TS421",
        "format of sound or picture changes inside the segment",
        "Recorders should cut there: some players stop. Only encoding it again helps those.",
        "RFC 8216 4.3.2.3",
        damage=DamageKind.FLAW,
    ),
    warning(
        "TS430",
        "last PES packet is cut short",
        "The end of a frame is missing: expect a click or a broken picture at the end of the segment.",
        "ISO/IEC 13818-1 2.4.3.7",
        damage=DamageKind.LOST,
    ),
)
