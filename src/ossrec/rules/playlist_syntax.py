"""Rules 1 to 6: the playlist as a file, and its syntax."""

from ossrec.findings import Rule, Verdict
from ossrec.rules.declare import error, info, warning

RULES: tuple[Rule, ...] = (
    error(
        "HLS010",
        Verdict.UNFINISHED,
        "playlist is empty",
        "Look for another version of the playlist (bucket versioning, a `bak` or re-uploaded copy); if there is "
        "none, `ossrec rebuild` writes a new one from the segments.",
        "RFC 8216 4.3.1.1",
    ),
    error(
        "HLS011",
        Verdict.DAMAGED,
        "HTML or XML page saved as the playlist",
        "The tool that copied the file stored the response to a failed request: fetch the playlist again from its "
        "source, and make the tool check the HTTP status.",
        "RFC 8216 4.3.1.1",
    ),
    error(
        "HLS012",
        Verdict.DAMAGED,
        "playlist is stored compressed",
        "Decompress it and upload the text, or set `Content-Encoding: gzip` on the object so that players "
        "decompress it.",
        "RFC 8216 4.1",
    ),
    error(
        "HLS013",
        Verdict.DAMAGED,
        "object is not a playlist",
        "Restore the playlist from its source or from bucket versioning; the detail says what the bytes are.",
        "RFC 8216 4.3.1.1",
    ),
    info(
        "HLS014",
        "playlist is stored with Content-Encoding",
        "No action needed: players decompress it, and so does ossrec.",
        "RFC 9110 8.4",
    ),
    error(
        "HLS020",
        Verdict.DAMAGED,
        "playlist is not UTF-8",
        "Convert it to UTF-8 without a byte order mark and upload it again; the line number is that of the first "
        "invalid line.",
        "RFC 8216 4.1",
    ),
    error(
        "HLS021",
        Verdict.DAMAGED,
        "playlist starts with a byte order mark",
        "Remove the first three bytes (EF BB BF) and upload it again; editors on Windows add them.",
        "RFC 8216 4.1",
    ),
    warning(
        "HLS022",
        "control characters in a line",
        "Remove them from the line; some players reject the whole playlist for a single one.",
        "RFC 8216 4.1",
    ),
    warning(
        "HLS023",
        "carriage return inside a line",
        "End lines with LF or CR LF: a CR alone does not end a line, so players read two lines as one.",
        "RFC 8216 4.1",
    ),
    info(
        "HLS024",
        "whitespace at the start or end of a line",
        "No action needed: players trim it, and so does ossrec.",
        "RFC 8216 4.1",
    ),
    info(
        "HLS025",
        "whitespace around the value of a tag, or a tab inside a tag",
        "No action needed: players skip it, and so does ossrec.",
        "RFC 8216 4.1, 4.2",
    ),
    info(
        "HLS026",
        "number with a fraction where a whole number is required",
        "No action needed, because players read the digits before the point; `ossrec rebuild` writes them alone.",
        "RFC 8216 4.2",
    ),
    error(
        "HLS030",
        Verdict.DAMAGED,
        "first line is not #EXTM3U",
        "Make `#EXTM3U` the first line; if the lines before it do not belong there, the file was overwritten or "
        "joined with another.",
        "RFC 8216 4.3.1.1",
    ),
    warning(
        "HLS031",
        "last line has no line terminator",
        "The file may be truncated there: compare its last segment with the newest segment in the bucket.",
        "RFC 8216 4.1",
    ),
    info(
        "HLS032",
        "#EXT-X-ENDLIST is the last line and has no line terminator",
        "No action needed: the last tag is complete, and so is the playlist.",
        "RFC 8216 4.1",
    ),
    info(
        "HLS040",
        "tag not interpreted by ossrec",
        "No action needed unless the tag changes what is played, as EXT-X-DEFINE and EXT-X-SKIP do: then check "
        "the recording by playing it.",
        "RFC 8216 6.3.1",
    ),
    info(
        "HLS041",
        "private tag",
        "No action needed: players ignore unknown tags, and the recorder writes some of its own.",
        "RFC 8216 6.3.1",
    ),
    error(
        "HLS050",
        Verdict.DAMAGED,
        "attribute list is malformed",
        "Write it as NAME=VALUE pairs separated by single commas, with names in capitals and no spaces.",
        "RFC 8216 4.2",
    ),
    error(
        "HLS051",
        Verdict.DAMAGED,
        "attribute appears twice in one list",
        "Keep one of the two values; players may use either, or reject the playlist.",
        "RFC 8216 4.2",
    ),
    error(
        "HLS052",
        Verdict.DAMAGED,
        "quoted attribute value is not closed",
        "Add the closing quotation mark; if the line ends inside the value, the file was truncated or written "
        "twice at once.",
        "RFC 8216 4.2",
    ),
    info(
        "HLS053",
        "extra comma, or whitespace before the name of an attribute",
        "No action needed: players skip it, and so does ossrec.",
        "RFC 8216 4.2",
    ),
    warning(
        "HLS054",
        "whitespace next to the = or after the value of an attribute",
        "Remove it: ossrec ignores it, but some players take it for a part of the name or the value.",
        "RFC 8216 4.2",
    ),
    info(
        "HLS055",
        "attribute list of a tag without influence on playback is malformed",
        "No action needed to play the recording; programs that evaluate a tag such as EXT-X-DATERANGE may ignore it.",
        "RFC 8216 4.2",
    ),
    error(
        "HLS060",
        Verdict.UNKNOWN,
        "master (multivariant) playlist instead of a media playlist",
        "Check the media playlists that it lists; ossrec does not follow them, so nothing is known about their "
        "segments.",
        "RFC 8216 4.3.4",
    ),
    error(
        "HLS061",
        Verdict.DAMAGED,
        "tags of a master playlist and of a media playlist are mixed",
        "Split it into two files; clients must reject a playlist that is both, so two files were probably joined.",
        "RFC 8216 4.3.2",
    ),
)
