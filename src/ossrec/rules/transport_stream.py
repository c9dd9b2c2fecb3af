"""Rules 31 to 43: the bytes of segments, and neighboring segments."""

from ossrec.findings import DamageKind, Rule, Verdict
from ossrec.rules.declare import error, info, warning

RULES: tuple[Rule, ...] = (
    error(
        "TS310",
        Verdict.DAMAGED,
        "segment is not MPEG-TS",
        "Check what wrote it: an error page or another format was stored under the name of a segment. Restore it "
        "from bucket versioning or upload it again.",
        "ISO/IEC 13818-1 2.4.3.2",
        damage=DamageKind.BROKEN,
    ),
    info(
        "TS311",
        "segment is encrypted, not inspected",
        "No action needed: only a player with the key can show whether the segment is intact.",
        "RFC 8216 4.3.2.4",
    ),
    info(
        "TS312",
        "segment of another format than MPEG-TS, not inspected",
        "No action needed: fragmented MP4 and packed audio, whatever their file names, are not inspected.",
        "RFC 8216 3.3",
    ),
    error(
        "TS320",
        Verdict.DAMAGED,
        "packet sync lost inside the segment",
        "Bytes were removed, added or overwritten: restore the object from bucket versioning or its source; "
        "players lose audio or video there.",
        "ETSI TR 101 290 1.1, 1.2",
        damage=DamageKind.BROKEN,
    ),
    info(
        "TS321",
        "packets are 192 or 204 bytes long",
        "No action needed if your players accept it; HLS expects packets of 188 bytes.",
        "ISO/IEC 13818-1 2.4.3.2",
    ),
    error(
        "TS330",
        Verdict.DAMAGED,
        "packets marked as damaged by their sender",
        "They were damaged before they reached the recorder, and cannot be restored: check its input.",
        "ETSI TR 101 290 2.1",
        damage=DamageKind.LOST,
    ),
    error(
        "TS331",
        Verdict.DAMAGED,
        "payload is scrambled, but the playlist has no key",
        "Find out what scrambled it: HLS encrypts with EXT-X-KEY only, and no player can play this.",
        "ISO/IEC 13818-1 2.4.3.3",
        damage=DamageKind.BROKEN,
    ),
    error(
        "TS340",
        Verdict.DAMAGED,
        "segment has no PAT",
        "Players that start or seek here show nothing; remux the recording (ffmpeg -c copy), which writes a PAT "
        "into each segment.",
        "RFC 8216 3.2",
        damage=DamageKind.BROKEN,
    ),
    error(
        "TS341",
        Verdict.DAMAGED,
        "segment has no PMT",
        "Players that start or seek here show nothing; remux the recording (ffmpeg -c copy), which writes a PMT "
        "into each segment.",
        "RFC 8216 3.2",
        damage=DamageKind.BROKEN,
    ),
    warning(
        "TS342",
        "PAT or PMT comes after the first media packet",
        "Players lose the packets before it; remux the recording if that is noticeable.",
        "RFC 8216 3.2",
        damage=DamageKind.FLAW,
    ),
    error(
        "TS343",
        Verdict.DAMAGED,
        "CRC-32 of a PAT or PMT is wrong",
        "The table was overwritten: players ignore it, and show nothing until the next one. Restore the object or "
        "remux it.",
        "ETSI TR 101 290 2.2",
        damage=DamageKind.BROKEN,
    ),
    warning(
        "TS344",
        "segment has more than one program",
        "HLS allows one, and players pick any: remux the program you want into a recording of its own.",
        "RFC 8216 3.2",
        damage=DamageKind.FLAW,
    ),
    error(
        "TS350",
        Verdict.DAMAGED,
        "packets lost",
        "They never reached the bucket: audio or video breaks up for a moment. Check the recorder's network and disk "
        "if it happens again.",
        "ETSI TR 101 290 1.4",
        damage=DamageKind.LOST,
    ),
    warning(
        "TS351",
        "packet sent more than twice",
        "Nothing is lost, but a decoder may fail: remux the recording if that is noticeable.",
        "ISO/IEC 13818-1 2.4.3.3",
        damage=DamageKind.FLAW,
    ),
    info(
        "TS352",
        "continuity counter of a PAT or PMT does not advance",
        "No action needed: many muxers write tables this way, and nothing is lost.",
        "ISO/IEC 13818-1 2.4.3.3",
    ),
    warning(
        "TS353",
        "continuity counter jumps between two segments",
        "Packets may be lost between the two, or the recorder restarted: mark the boundary with "
        "EXT-X-DISCONTINUITY (`ossrec rebuild` does).",
        "RFC 8216 3.2",
        damage=DamageKind.FLAW,
        habit="the counters restart at 90 % of the boundaries or more, and the timestamps meet there",
    ),
    warning(
        "TS360",
        "elementary stream of the PMT has no packets",
        "No action needed if that user was muted or had the camera off at that time, which is common; otherwise "
        "the recorder lost the stream, and the bytes cannot show which. Some players wait for it.",
        "ETSI TR 101 290 1.6",
        damage=DamageKind.FLAW,
    ),
    warning(
        "TS361",
        "PMT changes inside the segment",
        "Recorders should start a new segment there: some players continue with the wrong decoder. Remux the "
        "recording if that is noticeable.",
        "RFC 8216 3.2",
        damage=DamageKind.FLAW,
    ),
    error(
        "TS362",
        Verdict.DAMAGED,
        "no audio or video stream of the PMT has packets",
        "The segment cannot be played, although it has packets: check whether the recorder lost its input, or "
        "wrote the tables of another stream.",
        "ETSI TR 101 290 1.6",
        damage=DamageKind.BROKEN,
    ),
    warning(
        "TS363",
        "elementary stream of a type that players do not decode",
        "Players ignore this audio or video, so that there is no sound or no picture: let the recorder transcode it, "
        "for example G.711 to AAC. Tools that know the type can still extract it.",
        "RFC 8216 3.2",
        damage=DamageKind.FLAW,
    ),
    error(
        "TS364",
        Verdict.DAMAGED,
        "segment has no audio or video that players decode",
        "Players show nothing: let the recorder transcode audio and video to AAC and H.264. Tools that know the types "
        "can still extract them.",
        "RFC 8216 3.2",
        damage=DamageKind.BROKEN,
    ),
    warning(
        "TS370",
        "PCR jumps",
        "Players that follow the PCR stall or skip there; remux the recording if that is noticeable.",
        "ETSI TR 101 290 2.3",
        damage=DamageKind.JUMP,
    ),
    warning(
        "TS371",
        "elementary stream has no PTS for a long time",
        "Frames are missing there or have no PTS: expect a frozen picture or silence.",
        "ETSI TR 101 290 2.5",
        damage=DamageKind.JUMP,
    ),
    warning(
        "TS372",
        "timestamps jump inside the segment",
        "The recorder's clock restarted there, and players may stall or skip; the duration of the segment is only "
        "estimated, and `ossrec rebuild` keeps EXTINF. Remux the recording with new timestamps if that is noticeable.",
        "ISO/IEC 13818-1 2.4.3.7",
        damage=DamageKind.JUMP,
    ),
    warning(
        "TS373",
        "single frames have wrong timestamps",
        "Players show a frame too early, too late or never; the duration of the segment is only estimated, and "
        "`ossrec rebuild` keeps EXTINF. Check the camera or the encoder.",
        "ISO/IEC 13818-1 2.4.3.7",
        damage=DamageKind.FLAW,
    ),
    info(
        "TS374",
        "segment has no PCR",
        "No action needed for browsers and ffmpeg; some hardware decoders need a PCR every 100 ms: remux the recording "
        "for them.",
        "ISO/IEC 13818-1 2.7.2",
    ),
    error(
        "TS380",
        Verdict.DAMAGED,
        "PTS gap or overlap between two segments",
        "Media is missing between the two, or both contain the same time: mark the boundary with "
        "EXT-X-DISCONTINUITY (`ossrec rebuild` does), so that players continue.",
        "RFC 8216 3",
        damage=DamageKind.JUMP,
    ),
    warning(
        "TS382",
        "segment contains another time than its name says",
        "Segments were swapped, or one was written over another: playback jumps back, and seconds play twice or "
        "are lost. Restore them from bucket versioning or a backup: no playlist can repair this.",
        damage=DamageKind.JUMP,
    ),
    info(
        "TS381",
        "PTS wraps to 0 after 26.5 hours",
        "No action needed: PTS has 33 bits, and players expect the wrap.",
        "ISO/IEC 13818-1 2.4.3.7",
    ),
    warning(
        "TS383",
        "timestamps overflow at 32 bits",
        "The recorder counts with 32 bits, but PTS has 33: after 13.3 hours playback stops in some players. Between "
        "two segments `ossrec rebuild` marks the overflow with EXT-X-DISCONTINUITY; inside one, remux the recording.",
        "ISO/IEC 13818-1 2.4.3.7",
        damage=DamageKind.JUMP,
    ),
    warning(
        "TS384",
        "PIDs of audio or video change without EXT-X-DISCONTINUITY",
        "Some players keep to the PIDs of the first segment, and lose audio or video there: `ossrec rebuild` writes a "
        "playlist that marks the change.",
        "RFC 8216 4.3.2.3",
        damage=DamageKind.FLAW,
    ),
    warning(
        "TS385",
        "small gaps between segments add up",
        "The recorder loses the end of each segment: audio breaks up at every boundary, and what is lost cannot be "
        "restored. Check the recorder.",
        "RFC 8216 3",
        damage=DamageKind.FLAW,
    ),
    warning(
        "TS390",
        "measured duration differs from EXTINF",
        "Seeking lands elsewhere, and the end may be cut: `ossrec rebuild` writes a playlist with measured durations.",
        "RFC 8216 4.3.2.1",
        damage=DamageKind.FLAW,
    ),
    warning(
        "TS400",
        "video has no key frame in the segment",
        "Players that seek into it show nothing until the next key frame; recorders write this when they must cut "
        "before one arrives.",
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
        "TS402",
        "video has no parameter sets before its first key frame",
        "Players that start or seek here show no picture until parameter sets arrive: let the recorder repeat SPS and "
        "PPS (H.265: VPS too) before each key frame, or remux the recording with `ffmpeg -bsf:v dump_extra`.",
        "RFC 8216 3",
        damage=DamageKind.FLAW,
    ),
    error(
        "TS403",
        Verdict.DAMAGED,
        "video has no parameter sets in the whole recording",
        "No player shows a picture. They may have been sent beside the stream, as in SDP: put SPS and PPS (H.265: VPS "
        "too) from there before the first key frame, and correct the recorder's input.",
        "RFC 8216 3",
        damage=DamageKind.BROKEN,
    ),
    error(
        "TS404",
        Verdict.DAMAGED,
        "video has no start codes",
        "No player shows a picture: NAL units have their length before them as in MP4, or the payload is not video. "
        "Remux from the source with `ffmpeg -bsf:v h264_mp4toannexb` (H.265: `hevc_mp4toannexb`).",
        "ISO/IEC 13818-1 2.14",
        damage=DamageKind.BROKEN,
    ),
    error(
        "TS405",
        Verdict.DAMAGED,
        "audio has no frame headers of its codec",
        "No player plays this audio, and some stop the picture too: AAC needs ADTS headers. Check the settings of the "
        "muxer; if the codec and its parameters are known, the frames can be extracted and muxed again.",
        "ISO/IEC 13818-1 2.11",
        damage=DamageKind.BROKEN,
    ),
    warning(
        "TS410",
        "audio and video start more than 0.5 s apart",
        "Players show a black picture or play silence until both have started: common when a camera is switched "
        "on late.",
        damage=DamageKind.FLAW,
    ),
    warning(
        "TS411",
        "audio and video drift apart",
        "Lip sync is lost in the course of the recording: check the recorder's clock, or remux with resampled audio.",
        damage=DamageKind.FLAW,
    ),
    warning(
        "TS420",
        "audio or video format changes without EXT-X-DISCONTINUITY",
        "The codec, picture size, sample rate or channels change, and some players stop there: `ossrec rebuild` "
        "writes a playlist that marks the change.",
        "RFC 8216 4.3.2.3",
        damage=DamageKind.FLAW,
    ),
    warning(
        "TS421",
        "audio or video format changes inside the segment",
        "Recorders should start a new segment there: some players stop. Only re-encoding helps those.",
        "RFC 8216 4.3.2.3",
        damage=DamageKind.FLAW,
    ),
    warning(
        "TS430",
        "last PES packet is truncated",
        "The end of a frame is missing: expect a click or a broken picture at the end of the segment.",
        "ISO/IEC 13818-1 2.4.3.7",
        damage=DamageKind.LOST,
    ),
)
