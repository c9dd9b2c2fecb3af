"""Rules 26 to 30, with what 19 to 21 say of objects: the playlist against the listing of the bucket."""

from ossrec.findings import Rule, Verdict
from ossrec.rules.declare import error, info, warning

RULES: tuple[Rule, ...] = (
    error(
        "LST190",
        Verdict.DAMAGED,
        "EXT-X-BYTERANGE ends past the end of its object",
        "The object was cut or overwritten: restore it from bucket versioning or from its source.",
        "RFC 8216 4.3.2.2",
    ),
    error(
        "LST200",
        Verdict.INCOMPLETE,
        "key is not in the bucket",
        "Restore the key file: without it the segments after this line cannot be deciphered by anyone.",
        "RFC 8216 4.3.2.4",
    ),
    error(
        "LST201",
        Verdict.DAMAGED,
        "key is not 16 bytes long",
        "Restore the key file: it must be the 16 bytes themselves, not their hexadecimal or base64 text.",
        "RFC 8216 5.1",
    ),
    error(
        "LST202",
        Verdict.DAMAGED,
        "size of an enciphered segment is not a multiple of 16",
        "The segment was cut off: upload it again from its source; players cannot decipher its end.",
        "RFC 8216 4.3.2.4",
    ),
    error(
        "LST210",
        Verdict.INCOMPLETE,
        "initialization section is not in the bucket, or is empty",
        "Restore the object that EXT-X-MAP names: without it the segments after this line cannot be decoded.",
        "RFC 8216 4.3.2.5",
    ),
    error(
        "LST260",
        Verdict.INCOMPLETE,
        "segment is listed but not in the bucket",
        "Restore it from bucket versioning or a backup, and look whether a lifecycle rule deletes `.ts` "
        "objects; if it is lost, `ossrec rebuild` writes a playlist that players get over.",
    ),
    error(
        "LST261",
        Verdict.INCOMPLETE,
        "segment is empty",
        "Restore it from bucket versioning or a backup: its upload failed after the object had been made.",
    ),
    error(
        "LST262",
        Verdict.DAMAGED,
        "segment is cut off: its size is not a multiple of 188",
        "Upload it again from its source if there is one; most players show it up to the cut.",
        "ISO/IEC 13818-1 2.4.3.2",
    ),
    warning(
        "LST263",
        "segment is there only under the unescaped spelling of its URI",
        "Percent-encode the name in the playlist: as it stands, browsers and most players ask for another object.",
        "RFC 3986 2.1",
    ),
    info(
        "LST264",
        "segment is declared missing by EXT-X-GAP, but is in the bucket",
        "Look whether the segment is sound; if it is, EXT-X-GAP can be removed and players will show it.",
        "draft-pantos-hls-rfc8216bis 4.4.4.7",
    ),
    warning(
        "LST265",
        "segment is archived",
        "Restore it before somebody wants to play the recording (ossutil `restore`, minutes to 48 hours by "
        "storage class); if recordings still in use are archived, look at the bucket's lifecycle rules.",
    ),
    warning(
        "LST270",
        "segment of this recording that no playlist names",
        "Look whether it belongs between two listed segments: if so, `ossrec rebuild` puts it there; else it is a "
        "left-over that can be deleted.",
    ),
    warning(
        "LST271",
        "segment is newer than all that the playlist names",
        "The playlist is older than its media: look for a newer playlist of this recording; if there is none, "
        "`ossrec rebuild` adds the segment at the end.",
    ),
    error(
        "LST272",
        Verdict.UNFINISHED,
        "segments are there, but no playlist",
        "If the task has ended, the recorder died before it wrote the playlist: `ossrec rebuild` writes one over the "
        "segments.",
    ),
    warning(
        "LST280",
        "segment was written after the playlist that names it",
        "Look whether something overwrote the segment later; if a newer playlist exists, use that.",
    ),
    warning(
        "LST281",
        "playlist lists fewer segments than an earlier version of it did",
        "Look in bucket versioning for the earlier version: it was probably overwritten by a recorder "
        "that started anew.",
    ),
    warning(
        "LST290",
        "length by EXTINF differs from the length that the recorder reported",
        "If the playlist is shorter, its end or its head is missing: compare it with the segments in the bucket.",
    ),
    warning(
        "LST291",
        "length by EXTINF differs from the time that the segments' names span",
        "The lengths in the playlist are wrong, or media was lost inside segments: measure some with `ffprobe`.",
    ),
    warning(
        "LST300",
        "time gap between two neighbouring segments",
        "Look in bucket versioning or a backup for segments of that time; if there are none, that time is lost, and "
        "EXT-X-DISCONTINUITY belongs before the second: `ossrec rebuild` puts it there.",
    ),
    warning(
        "LST301",
        "segment's name is earlier than that of the segment before it",
        "Look whether the segments stand in the wrong order; if they do not, the recorder's clock was set back.",
    ),
    info(
        "LST302",
        "nothing was recorded for a time, where EXT-X-DISCONTINUITY stands",
        "A user was away, there was nothing to record, or segments are lost: `ossrec show --room` draws what there is "
        "beside it at that time. Nothing need be done unless segments can be restored.",
    ),
)
