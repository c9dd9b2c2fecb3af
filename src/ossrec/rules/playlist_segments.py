"""Rules 15 to 25: segments in the text of a playlist."""

from ossrec.findings import Rule, Verdict
from ossrec.rules.declare import error, info, warning

_DURATIONS: tuple[Rule, ...] = (
    error(
        "HLS150",
        Verdict.DAMAGED,
        "URI without EXTINF",
        "Put `#EXTINF:<seconds>,` before it; players skip a segment without a duration.",
        "RFC 8216 4.3.2.1",
    ),
    error(
        "HLS151",
        Verdict.UNFINISHED,
        "playlist is truncated after EXTINF",
        "Its end is lost: `ossrec rebuild` adds the later segments from the bucket in their order, and ends the "
        "playlist.",
        "RFC 8216 4.3.2.1",
    ),
    warning(
        "HLS152",
        "two EXTINF tags before one URI",
        "The URI of a segment may be lost between them: look in the bucket for a segment that the playlist does "
        "not list.",
        "RFC 8216 4.3.2.1",
    ),
    error(
        "HLS153",
        Verdict.INCOMPLETE,
        "last EXTINF of an ended playlist has no URI",
        "The URI of the last segment is lost: find the newest segment in the bucket and add its name.",
        "RFC 8216 4.3.2.1",
    ),
    error(
        "HLS160",
        Verdict.DAMAGED,
        "EXTINF is not a valid duration",
        "Write the segment duration in seconds, such as `6.006`; if it is not known, measure it with `ffprobe`.",
        "RFC 8216 4.3.2.1",
    ),
    warning(
        "HLS161",
        "EXTINF is zero",
        "Check whether the segment contains media: if it does, write its real duration; if not, remove the segment.",
        "RFC 8216 4.3.2.1",
    ),
    info(
        "HLS162",
        "no comma after the EXTINF duration",
        "No action needed: recorders write it this way, and players accept it.",
        "RFC 8216 4.3.2.1",
    ),
    info(
        "HLS163",
        "text between the EXTINF duration and the comma",
        "No action needed: players read the number before it, and so does ossrec.",
        "RFC 8216 4.3.2.1",
    ),
    warning(
        "HLS164",
        "EXTINF with a decimal comma",
        "`ossrec rebuild` writes a decimal point. Until then, players cut the duration at the comma, so that seeking "
        "and the total are wrong; the recorder runs with a locale that writes decimal commas.",
        "RFC 8216 4.3.2.1",
    ),
)

_URIS: tuple[Rule, ...] = (
    error(
        "HLS170",
        Verdict.INCOMPLETE,
        "URI is invalid",
        "Write the file name of the segment, percent-encoded, in its place.",
        "RFC 8216 4.1, RFC 3986",
    ),
    error(
        "HLS171",
        Verdict.INCOMPLETE,
        "URI points to another host or bucket",
        "If the host is a name of this bucket, add it to the setting `cname`; otherwise copy the "
        "file into the bucket and use a relative URI. ossrec never fetches it.",
        "RFC 8216 4.1, RFC 3986",
    ),
    error(
        "HLS172",
        Verdict.INCOMPLETE,
        "URI scheme is neither http nor https",
        "Use a relative URI; a recording does not need other schemes, and ossrec never follows one.",
        "RFC 8216 4.1, RFC 3986",
    ),
    error(
        "HLS173",
        Verdict.INCOMPLETE,
        "URI path leads out of the bucket",
        "Write the path relative to the folder of the playlist; find out who wrote `..` there, because it may be "
        "an attack.",
        "RFC 3986 5.2.4",
    ),
    error(
        "HLS174",
        Verdict.INCOMPLETE,
        "URI points outside the scanned prefix",
        "Scan a prefix that contains both the playlist and its segments; nothing outside the prefix was checked.",
    ),
    warning(
        "HLS175",
        "URI contains a signature that expires",
        "Write plain relative names and sign at delivery; ossrec finds the object by its path and ignores the "
        "signature.",
    ),
    warning(
        "HLS176",
        "URI contains a backslash",
        "Write `/`, or `%5C` if the name really contains a backslash; browsers read it as `/`, other players do not.",
        "RFC 3986 2",
    ),
    warning(
        "HLS177",
        "URI contains an unescaped space",
        "Write `%20`; some players cut the URI at the space.",
        "RFC 3986 2",
    ),
    warning(
        "HLS178",
        "URI contains a percent sign that escapes nothing",
        "Write `%25` for a percent sign; otherwise servers may reject the request.",
        "RFC 3986 2.1",
    ),
    warning(
        "HLS180",
        "same URI twice without EXT-X-BYTERANGE",
        "Check whether a segment was written under the name of another; if it is only listed twice, remove one of "
        "the two.",
    ),
)

_SEGMENT_TAGS: tuple[Rule, ...] = (
    error(
        "HLS190",
        Verdict.DAMAGED,
        "EXT-X-BYTERANGE is malformed",
        "Write it as <length>[@<offset>], both in bytes.",
        "RFC 8216 4.3.2.2",
    ),
    error(
        "HLS191",
        Verdict.DAMAGED,
        "EXT-X-BYTERANGE has no offset, and no range of the same file before it",
        "Add `@<offset>`; the segment before it may have been removed.",
        "RFC 8216 4.3.2.2",
    ),
    error(
        "HLS200",
        Verdict.DAMAGED,
        "EXT-X-KEY has no METHOD",
        "Add METHOD=NONE, AES-128 or SAMPLE-AES, whichever the segments use.",
        "RFC 8216 4.3.2.4",
    ),
    error(
        "HLS201",
        Verdict.DAMAGED,
        "EXT-X-KEY has no URI",
        "Add the URI of the key; without it, the segments after this line cannot be decrypted.",
        "RFC 8216 4.3.2.4",
    ),
    warning(
        "HLS202",
        "EXT-X-KEY has an unknown METHOD",
        "Write NONE, AES-128 or SAMPLE-AES; most players skip segments that are encrypted with another method.",
        "RFC 8216 4.3.2.4",
    ),
    error(
        "HLS203",
        Verdict.DAMAGED,
        "EXT-X-KEY has an IV that is not a 128-bit hexadecimal number",
        "Write it as 0x followed by up to 32 hexadecimal digits.",
        "RFC 8216 4.3.2.4",
    ),
    info(
        "HLS204",
        "key of a DRM system, not checked",
        "Ask the DRM system whether the key still exists; ossrec can check only keys that are stored as files.",
        "RFC 8216 4.3.2.4",
    ),
    info(
        "HLS205",
        "key on another server, not checked",
        "Check that the key server still has the key, because the recording cannot be played without it; ossrec never "
        "fetches from other hosts.",
        "RFC 8216 4.3.2.4",
    ),
    error(
        "HLS210",
        Verdict.DAMAGED,
        "EXT-X-MAP has no URI",
        "Add the URI of the media initialization section; without it, the segments after this line cannot be decoded.",
        "RFC 8216 4.3.2.5",
    ),
    warning(
        "HLS211",
        "EXT-X-MAP changes without EXT-X-DISCONTINUITY",
        "Put EXT-X-DISCONTINUITY before the segment: some players decode on with the old initialization section. Two "
        "recordings may have been joined.",
        "RFC 8216 4.3.2.3, 4.3.2.5",
    ),
    warning(
        "HLS220",
        "EXT-X-PROGRAM-DATE-TIME is malformed",
        "Write it as 2026-11-22T08:30:00.000Z; until then, the start time of the recording is taken from other "
        "sources.",
        "RFC 8216 4.3.2.6",
    ),
    warning(
        "HLS221",
        "EXT-X-PROGRAM-DATE-TIME goes backwards",
        "Check whether the segments are in the wrong order; if they are not, the recorder's clock was set back.",
        "RFC 8216 4.3.2.6",
    ),
    warning(
        "HLS222",
        "EXT-X-PROGRAM-DATE-TIME does not match the EXTINF before it",
        "If time is missing there, put EXT-X-DISCONTINUITY before the segment; if not, the durations are wrong.",
        "RFC 8216 4.3.2.6",
    ),
    info(
        "HLS223",
        "EXT-X-PROGRAM-DATE-TIME has no time zone",
        "No action needed if the recorder runs on UTC, because ossrec reads it as UTC; otherwise add the time zone.",
        "RFC 8216 4.3.2.6",
    ),
    info(
        "HLS230",
        "segment declared missing by EXT-X-GAP",
        "The recorder or an earlier rebuild declared this segment lost: restore it from bucket versioning or a "
        "backup if there is one. If not, no action needed: players skip it.",
        "draft-pantos-hls-rfc8216bis 4.4.4.7",
    ),
    warning(
        "HLS240",
        "two EXT-X-DISCONTINUITY tags in a row",
        "Check whether the lines of a segment were lost between them; if not, remove one of the two.",
        "RFC 8216 4.3.2.3",
    ),
    warning(
        "HLS241",
        "EXT-X-DISCONTINUITY after the last segment",
        "Look in the bucket for a later segment that was left out; if there is none, remove the tag.",
        "RFC 8216 4.3.2.3",
    ),
    info(
        "HLS242",
        "EXT-X-DISCONTINUITY before the first segment",
        "No action needed: the recorder writes it this way, and no segment comes before it.",
        "RFC 8216 4.3.2.3",
    ),
    error(
        "HLS250",
        Verdict.DAMAGED,
        "playlist lists no segments",
        "Look in the bucket for segments of this recording: if there are any, `ossrec rebuild` writes a new "
        "playlist; if there are none, nothing was recorded.",
        "RFC 8216 4.1",
    ),
)

RULES: tuple[Rule, ...] = _DURATIONS + _URIS + _SEGMENT_TAGS
