"""Rules 7 to 14: tags that apply to the whole playlist."""

from ossrec.findings import Rule, Verdict
from ossrec.rules.declare import error, info, warning

RULES: tuple[Rule, ...] = (
    error(
        "HLS070",
        Verdict.DAMAGED,
        "EXT-X-VERSION appears twice with different values",
        "Keep the higher one; clients must reject a playlist with two. Two files may have been joined.",
        "RFC 8216 4.3.1.2",
    ),
    error(
        "HLS071",
        Verdict.DAMAGED,
        "EXT-X-VERSION is not a positive integer",
        "Write the version as digits only, for example `#EXT-X-VERSION:3`.",
        "RFC 8216 4.3.1.2",
    ),
    warning(
        "HLS072",
        "EXT-X-VERSION is lower than a feature in use requires",
        "Raise EXT-X-VERSION to the number in the detail (a playlist without the tag has version 1).",
        "RFC 8216 7",
        habit="the feature is an EXTINF with a fraction, which every player reads",
    ),
    error(
        "HLS080",
        Verdict.DAMAGED,
        "EXT-X-TARGETDURATION is missing",
        "Add it to the header, with the longest EXTINF rounded to whole seconds; players reject a playlist without it.",
        "RFC 8216 4.3.3.1",
    ),
    error(
        "HLS081",
        Verdict.DAMAGED,
        "EXT-X-TARGETDURATION appears twice with different values",
        "Keep the higher one; two files may have been joined.",
        "RFC 8216 4.3.3",
    ),
    error(
        "HLS082",
        Verdict.DAMAGED,
        "EXT-X-TARGETDURATION is not a positive integer",
        "Write the longest EXTINF rounded to whole seconds, digits only.",
        "RFC 8216 4.3.3.1",
    ),
    warning(
        "HLS090",
        "segment is longer than EXT-X-TARGETDURATION",
        "Raise EXT-X-TARGETDURATION to the longest EXTINF rounded to whole seconds; otherwise strict players "
        "stall or reject the playlist.",
        "RFC 8216 4.3.3.1",
        habit="the playlist has ended and at least 90 % of its segments are longer, not counting a shorter last one",
    ),
    error(
        "HLS100",
        Verdict.DAMAGED,
        "EXT-X-MEDIA-SEQUENCE appears twice with different values",
        "Keep the first; two playlists may have been joined, so compare the segments with the bucket.",
        "RFC 8216 4.3.3",
    ),
    error(
        "HLS101",
        Verdict.DAMAGED,
        "EXT-X-MEDIA-SEQUENCE is not a decimal integer",
        "Write digits only, or remove the line: without it, the first segment has number 0.",
        "RFC 8216 4.3.3.2",
    ),
    error(
        "HLS102",
        Verdict.DAMAGED,
        "EXT-X-MEDIA-SEQUENCE after the first segment",
        "Move it to the header; two playlists may have been joined, so compare the segments with the bucket.",
        "RFC 8216 4.3.3.2",
    ),
    warning(
        "HLS103",
        "ended playlist does not start at segment 0 or 1",
        "The start may be missing: look for segments in the bucket that are older than the first one listed.",
        "RFC 8216 4.3.3.2",
    ),
    info(
        "HLS104",
        "EXT-X-MEDIA-SEQUENCE is a time",
        "No action needed: some recorders count segments from the time of the start, and players accept any number.",
        "RFC 8216 4.3.3.2",
    ),
    warning(
        "HLS110",
        "EXT-X-DISCONTINUITY-SEQUENCE appears twice",
        "Keep the first; two playlists may have been joined.",
        "RFC 8216 4.3.3",
    ),
    warning(
        "HLS111",
        "EXT-X-DISCONTINUITY-SEQUENCE after a segment or a discontinuity",
        "Move it to the header, before the first EXTINF and EXT-X-DISCONTINUITY.",
        "RFC 8216 4.3.3.3",
    ),
    warning(
        "HLS112",
        "EXT-X-DISCONTINUITY-SEQUENCE is not a decimal integer",
        "Write digits only, or remove the line: without it, the count starts at 0.",
        "RFC 8216 4.3.3.3",
    ),
    warning(
        "HLS120",
        "tag that may appear only once is repeated",
        "Remove the second; two playlists may have been joined, so compare the segments with the bucket.",
        "RFC 8216 4.3.3",
    ),
    warning(
        "HLS121",
        "EXT-X-PLAYLIST-TYPE is neither EVENT nor VOD",
        "Write VOD for a recording that has ended, or remove the line; most players ignore an unknown type, some "
        "reject the playlist.",
        "RFC 8216 4.3.3.5",
    ),
    error(
        "HLS130",
        Verdict.UNFINISHED,
        "playlist has no EXT-X-ENDLIST",
        "If the task has ended, `ossrec rebuild` adds the segments that arrived after the last one listed, and "
        "ends the playlist with `#EXT-X-ENDLIST`; without it, players wait for more segments.",
        "RFC 8216 4.3.3.4, 6.2.1",
    ),
    warning(
        "HLS131",
        "segment after EXT-X-ENDLIST",
        "Move EXT-X-ENDLIST to the end; the recorder may have continued after it ended the file.",
        "RFC 8216 4.3.3.4",
    ),
    info(
        "HLS140",
        "EXT-X-ALLOW-CACHE is obsolete",
        "No action needed: it was removed from the protocol, and players ignore it.",
        "RFC 8216 7",
    ),
)
