"""Names with ids that the vendor rejects, and names that do not belong to a recording."""

from .shape import LONG, STAMP, Case, Reading, X, segment

ODD_IDS = [
    Case("a room with a dot", f"rid_{X}_v1.2.m3u8", [Reading("v1.2")], conforming=False),
    Case("a room that ends like a playlist", f"rid_{X}_r.m3u8.m3u8", [Reading("r.m3u8")], conforming=False),
    Case("a room with spaces", f"rid_{X}_ my room .m3u8", [Reading(" my room ")], conforming=False),
    Case("a room in Chinese", f"rid_{X}_课堂.m3u8", [Reading("课堂")], conforming=False),
    Case(
        "a room with a quote, a plus and a percent sign",
        f"rid_{X}_o'r+1%2F.m3u8",
        [Reading("o'r+1%2F")],
        conforming=False,
    ),
    Case("a room with a line break", f"rid_{X}_a\nb.m3u8", [Reading("a\nb")], conforming=False),
    Case("a room that ends in a line break", f"rid_{X}_a\n.m3u8", [Reading("a\n")], conforming=False),
    Case("a room with a NUL", f"rid_{X}_a\0.m3u8", [Reading("a\0")], conforming=False),
    Case("a room with half a surrogate pair", f"rid_{X}_\ud800.m3u8", [Reading("\ud800")], conforming=False),
    Case("a room with a backslash", f"rid_{X}_a\\b.m3u8", [Reading("a\\b")], conforming=False),
    Case("a room one byte too long", f"rid_{X}_{LONG}r.m3u8", [Reading(f"{LONG}r")], conforming=False),
    Case(
        "a uid one byte too long",
        f"rid_{X}_r__uid_s_{LONG}u__uid_e.m3u8",
        [Reading("r", f"{LONG}u"), Reading(f"r__uid_s_{LONG}u__uid_e")],
        conforming=False,
    ),
    Case(
        "a uid with an at sign",
        f"rid_{X}_r__uid_s_a@b.c__uid_e_{STAMP}.ts",
        [segment("r", "a@b.c"), segment("r__uid_s_a@b.c__uid_e")],
        conforming=False,
    ),
    Case(
        "a recordid in upper case",
        f"rid_{X.upper()}_r.m3u8",
        [Reading("r", recordid=X.upper())],
        conforming=False,
    ),
    Case("a short recordid", "rid_abc_r.m3u8", [Reading("r", recordid="abc")], conforming=False),
    Case(
        "a recordid of sixteen characters",
        "rid_0123456789abcdef_r.m3u8",
        [Reading("r", recordid="0123456789abcdef")],
    ),
    Case(
        "a recordid with other characters",
        "rid_a-b.c d_r.m3u8",
        [Reading("r", recordid="a-b.c d")],
        conforming=False,
    ),
    Case("a folder full of odd characters", f"a\n\0 é/rid_{X}_r.m3u8", [Reading("r", folder="a\n\0 é/")]),
]

FOREIGN = [
    Case(sentence, key, [])
    for sentence, key in [
        ("an empty key", ""),
        ("a slash", "/"),
        ("an extension alone", ".m3u8"),
        ("a segment's extension alone", ".ts"),
        ("a stamp alone", f"_{STAMP}.ts"),
        ("no extension", f"rid_{X}_r"),
        ("an extension in upper case", f"rid_{X}_r.M3U8"),
        ("a segment's extension in upper case", f"rid_{X}_r_{STAMP}.TS"),
        ("another extension", f"rid_{X}_r.mp4"),
        ("a playlist renamed to a backup", f"rid_{X}_r.m3u8.bak"),
        ("a line break after the extension", f"rid_{X}_r.m3u8\n"),
        ("the word rid in upper case", f"RID_{X}_r.m3u8"),
        ("a letter before rid", f"xrid_{X}_r.m3u8"),
        ("a space before rid", f" rid_{X}_r.m3u8"),
        ("no room and no underscore", f"rid_{X}.m3u8"),
        ("no room", f"rid_{X}_.m3u8"),
        ("no recordid", "rid__r.m3u8"),
        ("no recordid and a longer room", "rid__my_room.m3u8"),
        ("neither recordid nor room", "rid_.m3u8"),
        ("a folder with a recording's name", f"rid_{X}_r/"),
        ("a playlist with another name in a sub-folder", f"rid_{X}_r/index.m3u8"),
        ("a folder named like a playlist", f"rid_{X}_r.m3u8/notes.txt"),
        ("a slash within the room", f"rid_{X}_a/b.m3u8"),
        ("a backup without a number", f"bak_rid_{X}_r.m3u8"),
        ("a backup with a leading zero", f"bak01_rid_{X}_r.m3u8"),
        ("a negative backup", f"bak-1_rid_{X}_r.m3u8"),
        ("a backup of ten digits", f"bak1234567890_rid_{X}_r.m3u8"),
        ("a backup with a superscript digit", f"bak²_rid_{X}_r.m3u8"),
        ("a backup of a backup", f"bak0_bak1_rid_{X}_r.m3u8"),
        ("a backup without a recording", "bak0_.m3u8"),
        ("a segment in an ordinary folder", "videos/0001.ts"),
        ("a segment in a folder without a room", f"rid_{X}/0001.ts"),
        ("a segment in a folder that ends in rid", "xrid_a_b/0001.ts"),
        ("a recording of another vendor", "sid713476478245_cname__uid_s_123__uid_e_video.m3u8"),
        ("a TypeScript source", "src/index.d.ts"),
    ]
]
