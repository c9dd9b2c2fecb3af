"""Rules 15 to 25: segments, as the playlist's text tells of them."""

from ossrec.findings import Rule, Verdict
from ossrec.rules.declare import error, info, warning

_LENGTHS: tuple[Rule, ...] = (
    error(
        "HLS150",
        Verdict.DAMAGED,
        "URI without EXTINF",
        "Put `#EXTINF:<seconds>,` before it; players skip a segment whose length they are not told.",
        "RFC 8216 4.3.2.1",
    ),
    error(
        "HLS151",
        Verdict.UNFINISHED,
        "playlist is cut off after EXTINF",
        "Its end is lost: `ossrec rebuild` takes the segments from there on from the bucket, in their order, and ends "
        "the playlist.",
        "RFC 8216 4.3.2.1",
    ),
    warning(
        "HLS152",
        "two EXTINF before one URI",
        "A segment's URI may be lost between them: look in the bucket for a segment that the playlist does not name.",
        "RFC 8216 4.3.2.1",
    ),
    error(
        "HLS153",
        Verdict.INCOMPLETE,
        "last EXTINF has no URI, though the playlist has ended",
        "The last segment's URI is lost: look in the bucket for the newest segment and add its name.",
        "RFC 8216 4.3.2.1",
    ),
    error(
        "HLS160",
        Verdict.DAMAGED,
        "EXTINF is not a usable number of seconds",
        "Write the segment's length in seconds, such as `6.006`; measure it with `ffprobe` if it is not known.",
        "RFC 8216 4.3.2.1",
    ),
    warning(
        "HLS161",
        "EXTINF is zero",
        "Look whether the segment holds anything; if not, remove it, else write its real length.",
        "RFC 8216 4.3.2.1",
    ),
    info(
        "HLS162",
        "no comma after EXTINF's number",
        "Nothing need be done: recorders write it so, and players accept it.",
        "RFC 8216 4.3.2.1",
    ),
)

_URIS: tuple[Rule, ...] = (
    error(
        "HLS170",
        Verdict.INCOMPLETE,
        "URI cannot be read",
        "Write the segment's file name, percent-encoded, in its place.",
        "RFC 8216 4.1, RFC 3986",
    ),
    error(
        "HLS171",
        Verdict.INCOMPLETE,
        "URI names another host or bucket",
        "If the host is a name of this bucket, add it to the setting for its own host names; else copy "
        "the file "
        "into the bucket and name it relatively. ossrec never fetches it.",
        "RFC 8216 4.1, RFC 3986",
    ),
    error(
        "HLS172",
        Verdict.INCOMPLETE,
        "URI has a scheme other than http and https",
        "Name the file relatively; a recording has no business with other schemes, and ossrec never follows one.",
        "RFC 8216 4.1, RFC 3986",
    ),
    error(
        "HLS173",
        Verdict.INCOMPLETE,
        "URI climbs out of the bucket",
        "Write the path from the playlist's own folder; find out who wrote `..` there, for it may be an attack.",
        "RFC 3986 5.2.4",
    ),
    error(
        "HLS174",
        Verdict.INCOMPLETE,
        "URI leads out of the prefix that is scanned",
        "Scan a prefix that holds both the playlist and its segments; nothing outside it was looked at.",
    ),
    warning(
        "HLS175",
        "URI carries a signature, which expires",
        "Write plain relative names and sign at delivery; the object is looked up by its path whatever the signature.",
    ),
    warning(
        "HLS176",
        "URI has a backslash",
        "Write `/`, or `%5C` if the name really has a backslash; browsers read it as `/`, other players do not.",
        "RFC 3986 2",
    ),
    warning(
        "HLS177",
        "URI has a raw space",
        "Write `%20`; some players cut the URI at the space.",
        "RFC 3986 2",
    ),
    warning(
        "HLS178",
        "URI has a percent sign that escapes nothing",
        "Write `%25` for a percent sign; servers may refuse the request as it is.",
        "RFC 3986 2.1",
    ),
    warning(
        "HLS180",
        "same URI twice without EXT-X-BYTERANGE",
        "Look whether a segment was written under the name of another; if it is only listed twice, remove one.",
    ),
)

_PARTS: tuple[Rule, ...] = (
    error(
        "HLS190",
        Verdict.DAMAGED,
        "EXT-X-BYTERANGE is malformed",
        "Write it as <length>[@<start>], both in bytes.",
        "RFC 8216 4.3.2.2",
    ),
    error(
        "HLS191",
        Verdict.DAMAGED,
        "EXT-X-BYTERANGE has no start, and no part of the same file before it",
        "Add `@<start>`; the segment before it may have been removed.",
        "RFC 8216 4.3.2.2",
    ),
    error(
        "HLS200",
        Verdict.DAMAGED,
        "EXT-X-KEY has no METHOD",
        "Add METHOD=NONE, AES-128 or SAMPLE-AES, as the segments are.",
        "RFC 8216 4.3.2.4",
    ),
    error(
        "HLS201",
        Verdict.DAMAGED,
        "EXT-X-KEY has no URI",
        "Add the URI of the key; without it the segments from there on cannot be deciphered.",
        "RFC 8216 4.3.2.4",
    ),
    warning(
        "HLS202",
        "EXT-X-KEY has a METHOD that is not known",
        "Write NONE, AES-128 or SAMPLE-AES; most players skip what a newer method has enciphered.",
        "RFC 8216 4.3.2.4",
    ),
    error(
        "HLS203",
        Verdict.DAMAGED,
        "EXT-X-KEY has an IV that is not a 128-bit hexadecimal number",
        "Write it as 0x and up to 32 hexadecimal digits.",
        "RFC 8216 4.3.2.4",
    ),
    info(
        "HLS204",
        "key belongs to a DRM system and was not looked at",
        "Ask the DRM system whether the key still exists; ossrec can look only at keys stored as files.",
        "RFC 8216 4.3.2.4",
    ),
    error(
        "HLS210",
        Verdict.DAMAGED,
        "EXT-X-MAP has no URI",
        "Add the URI of the initialization section; without it the segments from there on cannot be decoded.",
        "RFC 8216 4.3.2.5",
    ),
    warning(
        "HLS220",
        "EXT-X-PROGRAM-DATE-TIME is malformed",
        "Write it as 2026-11-22T08:30:00.000Z; until then the recording's clock time comes from elsewhere.",
        "RFC 8216 4.3.2.6",
    ),
    warning(
        "HLS221",
        "EXT-X-PROGRAM-DATE-TIME goes backwards",
        "Look whether segments stand in the wrong order; if they do not, the recorder's clock was set back.",
        "RFC 8216 4.3.2.6",
    ),
    warning(
        "HLS222",
        "EXT-X-PROGRAM-DATE-TIME and the EXTINF before it do not add up",
        "If time is missing there, put EXT-X-DISCONTINUITY before the segment; if not, the lengths are wrong.",
        "RFC 8216 4.3.2.6",
    ),
    info(
        "HLS223",
        "EXT-X-PROGRAM-DATE-TIME has no time zone",
        "Nothing need be done if the recorder runs on UTC, for it is read as UTC; else add the zone.",
        "RFC 8216 4.3.2.6",
    ),
    info(
        "HLS230",
        "segment is declared missing by EXT-X-GAP",
        "Whoever wrote the playlist, the recorder or `ossrec rebuild`, knew that this part is lost: restore it from "
        "bucket versioning or a backup if there is one; else nothing need be done, for players skip it.",
        "draft-pantos-hls-rfc8216bis 4.4.4.7",
    ),
    warning(
        "HLS240",
        "two EXT-X-DISCONTINUITY in a row",
        "Look whether a segment's lines were lost between them; else remove one.",
        "RFC 8216 4.3.2.3",
    ),
    warning(
        "HLS241",
        "EXT-X-DISCONTINUITY after the last segment",
        "Look in the bucket for a later segment that was left out; else remove the tag.",
        "RFC 8216 4.3.2.3",
    ),
    info(
        "HLS242",
        "EXT-X-DISCONTINUITY before the first segment",
        "Nothing need be done: the recorder writes it so, and nothing comes before it.",
        "RFC 8216 4.3.2.3",
    ),
    error(
        "HLS250",
        Verdict.DAMAGED,
        "playlist names no segments",
        "Look in the bucket for segments of this recording: with some `ossrec rebuild` writes the playlist anew, "
        "with none nothing was recorded.",
        "RFC 8216 4.1",
    ),
)

RULES: tuple[Rule, ...] = _LENGTHS + _URIS + _PARTS
