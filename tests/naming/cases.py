"""Hard names, each with a sentence that says what is hard about it and every reading, likeliest first."""

from typing import NamedTuple

X = "ba1107310000565164da34f816f842da94d"  # a recordid as the vendor's manual shows it
LONG = "r" * 64  # the longest room or uid that the vendor's SDK lets in
STAMP = "20261101120000123"


class Reading(NamedTuple):
    """What one reading says, but for the kind, which the case's key tells."""

    roomid: str
    uid: str | None = None
    rest: str = ".m3u8"
    folder: str = ""
    backup: int | None = None
    recordid: str = X


class Case(NamedTuple):
    """One key, all its readings, and what the likeliest says of itself."""

    sentence: str
    key: str
    readings: list[Reading]
    ambiguous: bool = False
    conforming: bool = True


R = Reading


def segment(roomid: str, uid: str | None = None, rest: str = f"_{STAMP}.ts", **others: object) -> Reading:
    return Reading(roomid, uid, rest, **others)  # type: ignore[arg-type]


PLAYLISTS = [
    Case("the manual's mixed stream", f"rid_{X}_abcabc.m3u8", [R("abcabc")]),
    Case(
        "the manual's source stream, which a strange room could spell too",
        f"rid_{X}_abcabc__uid_s_10266666__uid_e.m3u8",
        [R("abcabc", "10266666"), R("abcabc__uid_s_10266666__uid_e")],
    ),
    Case(
        "a recordid of 37 characters",
        "rid_0123456789abcdef0123456789abcdef01234_r.m3u8",
        [R("r", recordid="0123456789abcdef0123456789abcdef01234")],
    ),
    Case("a folder before the name", f"rec/2026/rid_{X}_r.m3u8", [R("r", folder="rec/2026/")]),
    Case("a key that starts with a slash", f"/rid_{X}_r.m3u8", [R("r", folder="/")]),
    Case("two slashes in a row", f"a//rid_{X}_r.m3u8", [R("r", folder="a//")]),
    Case("dots as folders", f"../rid_{X}_r.m3u8", [R("r", folder="../")]),
    Case("a room with an underscore", f"rid_{X}_my_room.m3u8", [R("my_room")]),
    Case("a room with two underscores in a row", f"rid_{X}_my__room.m3u8", [R("my__room")]),
    Case("a room that starts with an underscore", f"rid_{X}__r.m3u8", [R("_r")]),
    Case("a room of one underscore", f"rid_{X}__.m3u8", [R("_")]),
    Case("a room that is a number", f"rid_{X}_12345.m3u8", [R("12345")]),
    Case("a room of one dash", f"rid_{X}_-.m3u8", [R("-")]),
    Case("a room called rid", f"rid_{X}_rid.m3u8", [R("rid")]),
    Case("a room that looks like a name of its own", f"rid_{X}_rid_{X}_r.m3u8", [R(f"rid_{X}_r")]),
    Case("a room as long as may be", f"rid_{X}_{LONG}.m3u8", [R(LONG)]),
    Case(
        "a room and a uid as long as may be",
        f"rid_{X}_{LONG}__uid_s_{LONG}__uid_e.m3u8",
        [R(LONG, LONG), R(f"{LONG}__uid_s_{LONG}__uid_e")],
    ),
    Case(
        "two marks: the last one is the likeliest, for uids are short and plain",
        f"rid_{X}_a__uid_s_b__uid_s_c__uid_e.m3u8",
        [R("a__uid_s_b", "c"), R("a", "b__uid_s_c"), R("a__uid_s_b__uid_s_c__uid_e")],
        ambiguous=True,
    ),
    Case(
        "two marks that share an underscore",
        f"rid_{X}_a__uid_s__uid_s_b__uid_e.m3u8",
        [R("a__uid_s", "b"), R("a", "_uid_s_b"), R("a__uid_s__uid_s_b__uid_e")],
        ambiguous=True,
    ),
    Case(
        "a room that holds a whole source name",
        f"rid_{X}_a__uid_s_b__uid_e__uid_s_c__uid_e.m3u8",
        [
            R("a__uid_s_b__uid_e", "c"),
            R("a", "b__uid_e__uid_s_c"),
            R("a__uid_s_b__uid_e__uid_s_c__uid_e"),
        ],
        ambiguous=True,
    ),
    Case(
        "the last mark would make the room longer than may be",
        f"rid_{X}_{'a' * 40}__uid_s_{'b' * 40}__uid_s_c__uid_e.m3u8",
        [
            R("a" * 40, f"{'b' * 40}__uid_s_c"),
            R(f"{'a' * 40}__uid_s_{'b' * 40}", "c"),
            R(f"{'a' * 40}__uid_s_{'b' * 40}__uid_s_c__uid_e"),
        ],
        ambiguous=True,
    ),
    Case(
        "a first mark that would leave the room empty",
        f"rid_{X}___uid_s_a__uid_s_b__uid_e.m3u8",
        [R("__uid_s_a", "b"), R("__uid_s_a__uid_s_b__uid_e")],
    ),
    Case(
        "no room before the mark, so it is a mixed stream",
        f"rid_{X}___uid_s_x__uid_e.m3u8",
        [R("__uid_s_x__uid_e")],
    ),
    Case(
        "a room of one underscore before the mark",
        f"rid_{X}____uid_s_x__uid_e.m3u8",
        [R("_", "x"), R("___uid_s_x__uid_e")],
    ),
    Case(
        "no uid between the marks, so it is a mixed stream",
        f"rid_{X}_a__uid_s___uid_e.m3u8",
        [R("a__uid_s___uid_e")],
    ),
    Case(
        "marks that share an underscore and leave no uid",
        f"rid_{X}_a__uid_s__uid_e.m3u8",
        [R("a__uid_s__uid_e")],
    ),
    Case(
        "a uid of one underscore",
        f"rid_{X}_a__uid_s____uid_e.m3u8",
        [R("a", "_"), R("a__uid_s____uid_e")],
    ),
    Case("a start mark without its end", f"rid_{X}_a__uid_s_b.m3u8", [R("a__uid_s_b")]),
    Case("an end mark without its start", f"rid_{X}_a__uid_e.m3u8", [R("a__uid_e")]),
    Case("something after the end mark", f"rid_{X}_a__uid_s_b__uid_ex.m3u8", [R("a__uid_s_b__uid_ex")]),
    Case(
        "a uid that ends like a source name",
        f"rid_{X}_a__uid_s_b__uid_e__uid_e.m3u8",
        [R("a", "b__uid_e"), R("a__uid_s_b__uid_e__uid_e")],
    ),
    Case(
        "the uid zero",
        f"rid_{X}_a__uid_s_0__uid_e.m3u8",
        [R("a", "0"), R("a__uid_s_0__uid_e")],
    ),
    Case(
        "a mark in capitals is no mark",
        f"rid_{X}_a__UID_S_1__UID_E.m3u8",
        [R("a__UID_S_1__UID_E")],
    ),
]

RELATIVES = [
    Case("a first backup", f"bak0_rid_{X}_r.m3u8", [R("r", backup=0)]),
    Case("a tenth backup", f"a/bak10_rid_{X}_r.m3u8", [R("r", folder="a/", backup=10)]),
    Case(
        "a backup of a source stream",
        f"bak1_rid_{X}_r__uid_s_7__uid_e.m3u8",
        [R("r", "7", backup=1), R("r__uid_s_7__uid_e", backup=1)],
    ),
    Case(
        "a room uploaded again, by its tick",
        f"rid_{X}_r_22194679897_3.m3u8",
        [R("r", rest="_22194679897_3.m3u8"), R("r_22194679897_3")],
        ambiguous=True,
    ),
    Case(
        "numbers too short for a tick belong to the room",
        f"rid_{X}_a_123_4.m3u8",
        [R("a_123_4"), R("a", rest="_123_4.m3u8")],
        ambiguous=True,
    ),
    Case(
        "a day is too short for a tick",
        f"rid_{X}_lesson_20261101_2.m3u8",
        [R("lesson_20261101_2"), R("lesson", rest="_20261101_2.m3u8")],
        ambiguous=True,
    ),
    Case(
        "a time to the second is too long for a tick",
        f"rid_{X}_lesson_20261101120000_2.m3u8",
        [R("lesson_20261101120000_2"), R("lesson", rest="_20261101120000_2.m3u8")],
        ambiguous=True,
    ),
    Case(
        "numbers that would make the room longer than may be",
        f"rid_{X}_{LONG}_123_4.m3u8",
        [R(LONG, rest="_123_4.m3u8"), R(f"{LONG}_123_4")],
        ambiguous=True,
    ),
    Case(
        "a source stream uploaded again, whatever the tick",
        f"rid_{X}_r__uid_s_7__uid_e_12_0.m3u8",
        [
            R("r", "7", rest="_12_0.m3u8"),
            R("r__uid_s_7__uid_e_12_0"),
            R("r__uid_s_7__uid_e", rest="_12_0.m3u8"),
        ],
    ),
    Case(
        "a backup uploaded again",
        f"bak0_rid_{X}_r_1698765432_12.m3u8",
        [R("r", rest="_1698765432_12.m3u8", backup=0), R("r_1698765432_12", backup=0)],
        ambiguous=True,
    ),
    Case(
        "only the last two of four numbers can be a tick and a count",
        f"rid_{X}_r_1_2_1698765432_3.m3u8",
        [R("r_1_2", rest="_1698765432_3.m3u8"), R("r_1_2_1698765432_3")],
        ambiguous=True,
    ),
    Case(
        "two marks and uploaded again",
        f"rid_{X}_a__uid_s_b__uid_s_c__uid_e_1698765432_1.m3u8",
        [
            R("a__uid_s_b", "c", rest="_1698765432_1.m3u8"),
            R("a", "b__uid_s_c", rest="_1698765432_1.m3u8"),
            R("a__uid_s_b__uid_s_c__uid_e", rest="_1698765432_1.m3u8"),
            R("a__uid_s_b__uid_s_c__uid_e_1698765432_1"),
        ],
        ambiguous=True,
    ),
    Case("a month with a leading zero is no count", f"rid_{X}_r_2026_01.m3u8", [R("r_2026_01")]),
    Case("a leading zero is no tick", f"rid_{X}_r_01698765432_1.m3u8", [R("r_01698765432_1")]),
    Case(
        "zero for a tick and a count",
        f"rid_{X}_r_0_0.m3u8",
        [R("r_0_0"), R("r", rest="_0_0.m3u8")],
        ambiguous=True,
    ),
    Case("one number is not enough", f"rid_{X}_r_1698765432.m3u8", [R("r_1698765432")]),
    Case("no room before the tick", f"rid_{X}__1698765432_3.m3u8", [R("_1698765432_3")]),
    Case("a room that is two numbers", f"rid_{X}_1698765432_3.m3u8", [R("1698765432_3")]),
    Case("a tick of twenty digits", f"rid_{X}_r_{'9' * 20}_3.m3u8", [R(f"r_{'9' * 20}_3")]),
    Case("a count of ten digits", f"rid_{X}_r_1698765432_{'9' * 10}.m3u8", [R(f"r_1698765432_{'9' * 10}")]),
    Case(
        "numbers in full-width digits are none",
        f"rid_{X}_r_１６９８７６５４３２_３.m3u8",
        [R("r_１６９８７６５４３２_３")],
        conforming=False,
    ),
    Case("a dash is no underscore", f"rid_{X}_r-1698765432-3.m3u8", [R("r-1698765432-3")]),
]

SEGMENTS = [
    Case("a stamped segment of a mixed stream", f"rid_{X}_r_{STAMP}.ts", [segment("r")]),
    Case(
        "a stamped segment of a source stream",
        f"a/b/rid_{X}_r__uid_s_7__uid_e_{STAMP}.ts",
        [segment("r", "7", folder="a/b/"), segment("r__uid_s_7__uid_e", folder="a/b/")],
    ),
    Case("a stamp that is no time", f"rid_{X}_r_{'9' * 17}.ts", [segment("r", rest=f"_{'9' * 17}.ts")]),
    Case(
        "two stamps: the last one is cut off",
        f"rid_{X}_r_{STAMP}_{STAMP}.ts",
        [segment(f"r_{STAMP}")],
    ),
    Case(
        "a stamped segment whose room ends as if uploaded again",
        f"rid_{X}_r_1698765432_3_{STAMP}.ts",
        [segment("r_1698765432_3")],
    ),
    Case(
        "a word between the uid and the stamp: the stamp is what is cut off",
        f"rid_{X}_r__uid_s_7__uid_e_video_{STAMP}.ts",
        [
            segment("r__uid_s_7__uid_e_video"),
            segment("r", "7", rest=f"_video_{STAMP}.ts"),
            segment("r__uid_s_7__uid_e", rest=f"_video_{STAMP}.ts"),
        ],
        ambiguous=True,
    ),
    Case("a stamp for a room", f"rid_{X}_{STAMP}.ts", [segment(STAMP, rest=".ts")]),
    Case("a stamp and no room", f"rid_{X}__{STAMP}.ts", [segment(f"_{STAMP}", rest=".ts")]),
    Case(
        "eighteen digits are no stamp but a number",
        f"rid_{X}_r_1{STAMP}.ts",
        [segment("r", rest=f"_1{STAMP}.ts"), segment(f"r_1{STAMP}", rest=".ts")],
        ambiguous=True,
    ),
    Case(
        "a dash before the stamp makes it a number",
        f"rid_{X}_r-{STAMP}.ts",
        [segment("r", rest=f"-{STAMP}.ts"), segment(f"r-{STAMP}", rest=".ts")],
        ambiguous=True,
    ),
    Case(
        "Arabic digits are no stamp",
        f"rid_{X}_r_{'٣' * 17}.ts",
        [segment(f"r_{'٣' * 17}", rest=".ts")],
        conforming=False,
    ),
    Case(
        "superscript digits are no stamp",
        f"rid_{X}_r_{'²' * 17}.ts",
        [segment(f"r_{'²' * 17}", rest=".ts")],
        conforming=False,
    ),
    Case("a backup's segment", f"bak0_rid_{X}_r_{STAMP}.ts", [segment("r", backup=0)]),
    Case(
        "a segment with a number",
        f"rid_{X}_my_room_0001.ts",
        [segment("my_room", rest="_0001.ts"), segment("my_room_0001", rest=".ts")],
        ambiguous=True,
    ),
    Case(
        "a number after a dash",
        f"rid_{X}_my-room-1.ts",
        [segment("my-room", rest="-1.ts"), segment("my-room-1", rest=".ts")],
        ambiguous=True,
    ),
    Case(
        "two numbers: only the last is the segment's",
        f"rid_{X}_r_1_2.ts",
        [segment("r_1", rest="_2.ts"), segment("r_1_2", rest=".ts")],
        ambiguous=True,
    ),
    Case("a room that is a number, and no more", f"rid_{X}_12.ts", [segment("12", rest=".ts")]),
    Case("a number right after letters is the room's", f"rid_{X}_room12.ts", [segment("room12", rest=".ts")]),
    Case("nothing but the stem", f"rid_{X}_r.ts", [segment("r", rest=".ts")]),
    Case(
        "nothing but the stem of a source stream",
        f"rid_{X}_r__uid_s_7__uid_e.ts",
        [segment("r", "7", rest=".ts"), segment("r__uid_s_7__uid_e", rest=".ts")],
    ),
    Case(
        "a number after the uid",
        f"rid_{X}_r__uid_s_7__uid_e_0001.ts",
        [
            segment("r", "7", rest="_0001.ts"),
            segment("r__uid_s_7__uid_e", rest="_0001.ts"),
            segment("r__uid_s_7__uid_e_0001", rest=".ts"),
        ],
    ),
    Case(
        "a word and a number after the uid",
        f"rid_{X}_r__uid_s_7__uid_e_part-3.ts",
        [
            segment("r", "7", rest="_part-3.ts"),
            segment("r__uid_s_7__uid_e", rest="_part-3.ts"),
            segment("r__uid_s_7__uid_e_part", rest="-3.ts"),
            segment("r__uid_s_7__uid_e_part-3", rest=".ts"),
        ],
    ),
    Case(
        "a number that stands right after the end mark",
        f"rid_{X}_r__uid_s_7__uid_e42.ts",
        [
            segment("r", "7", rest="42.ts"),
            segment("r__uid_s_7__uid_e", rest="42.ts"),
            segment("r__uid_s_7__uid_e42", rest=".ts"),
        ],
    ),
    Case(
        "two marks before a stamp",
        f"rid_{X}_a__uid_s_b__uid_s_c__uid_e_{STAMP}.ts",
        [segment("a__uid_s_b", "c"), segment("a", "b__uid_s_c"), segment("a__uid_s_b__uid_s_c__uid_e")],
        ambiguous=True,
    ),
    Case("an end mark alone cuts nothing off", f"rid_{X}_r__uid_e_x.ts", [segment("r__uid_e_x", rest=".ts")]),
    Case("a stem that ends in dots", f"rid_{X}_r..ts", [segment("r.", rest=".ts")], conforming=False),
]

SUBFOLDERS = [
    Case("a sub-folder named like the stem", f"rid_{X}_r/0001.ts", [segment("r", rest="/0001.ts")]),
    Case(
        "a sub-folder of a source stream",
        f"rec/rid_{X}_r__uid_s_7__uid_e/{STAMP}.ts",
        [
            segment("r", "7", rest=f"/{STAMP}.ts", folder="rec/"),
            segment("r__uid_s_7__uid_e", rest=f"/{STAMP}.ts", folder="rec/"),
        ],
    ),
    Case(
        "a folder in the sub-folder", f"a/rid_{X}_r/720p/x.ts", [segment("r", rest="/720p/x.ts", folder="a/")]
    ),
    Case("a sub-folder of a backup", f"bak2_rid_{X}_r/1.ts", [segment("r", rest="/1.ts", backup=2)]),
    Case("a segment without a name", f"rid_{X}_r/.ts", [segment("r", rest="/.ts")]),
    Case("two slashes after the sub-folder", f"rid_{X}_r//1.ts", [segment("r", rest="//1.ts")]),
    Case(
        "of two sub-folders the innermost counts",
        f"rid_{X}_a/rid_{X}_b/1.ts",
        [segment("b", rest="/1.ts", folder=f"rid_{X}_a/")],
    ),
    Case(
        "a whole recording in a folder of its name: the file's own name goes first",
        f"rid_{X}_r/rid_{X}_r_{STAMP}.ts",
        [segment("r", folder=f"rid_{X}_r/"), segment("r", rest=f"/rid_{X}_r_{STAMP}.ts")],
        ambiguous=True,
    ),
    Case(
        "a recording in the folder of another one",
        f"rid_{X}_a/rid_{X}_b_{STAMP}.ts",
        [segment("b", folder=f"rid_{X}_a/")],
    ),
    Case("a playlist in a folder of its name", f"rid_{X}_r/rid_{X}_r.m3u8", [R("r", folder=f"rid_{X}_r/")]),
    Case(
        "a broken name in a sub-folder is the sub-folder's",
        f"rid_{X}_r/rid_{X}.ts",
        [segment("r", rest=f"/rid_{X}.ts")],
    ),
    Case(
        "a stamped name that no stem precedes, in a sub-folder",
        f"rid_{X}_r/_{STAMP}.ts",
        [segment("r", rest=f"/_{STAMP}.ts")],
    ),
]

ODD_IDS = [
    Case("a room with a dot", f"rid_{X}_v1.2.m3u8", [R("v1.2")], conforming=False),
    Case("a room that ends like a playlist", f"rid_{X}_r.m3u8.m3u8", [R("r.m3u8")], conforming=False),
    Case("a room with spaces", f"rid_{X}_ my room .m3u8", [R(" my room ")], conforming=False),
    Case("a room in Chinese", f"rid_{X}_课堂.m3u8", [R("课堂")], conforming=False),
    Case(
        "a room with a quote, a plus and a per cent",
        f"rid_{X}_o'r+1%2F.m3u8",
        [R("o'r+1%2F")],
        conforming=False,
    ),
    Case("a room with a line break", f"rid_{X}_a\nb.m3u8", [R("a\nb")], conforming=False),
    Case("a room that ends in a line break", f"rid_{X}_a\n.m3u8", [R("a\n")], conforming=False),
    Case("a room with a NUL", f"rid_{X}_a\0.m3u8", [R("a\0")], conforming=False),
    Case("a room with half a surrogate pair", f"rid_{X}_\ud800.m3u8", [R("\ud800")], conforming=False),
    Case("a room with a backslash", f"rid_{X}_a\\b.m3u8", [R("a\\b")], conforming=False),
    Case("a room one byte too long", f"rid_{X}_{LONG}r.m3u8", [R(f"{LONG}r")], conforming=False),
    Case(
        "a uid one byte too long",
        f"rid_{X}_r__uid_s_{LONG}u__uid_e.m3u8",
        [R("r", f"{LONG}u"), R(f"r__uid_s_{LONG}u__uid_e")],
        conforming=False,
    ),
    Case(
        "a uid with an at sign",
        f"rid_{X}_r__uid_s_a@b.c__uid_e_{STAMP}.ts",
        [segment("r", "a@b.c"), segment("r__uid_s_a@b.c__uid_e")],
        conforming=False,
    ),
    Case(
        "a recordid in capitals",
        f"rid_{X.upper()}_r.m3u8",
        [R("r", recordid=X.upper())],
        conforming=False,
    ),
    Case("a short recordid", "rid_abc_r.m3u8", [R("r", recordid="abc")], conforming=False),
    Case(
        "a recordid of sixteen characters",
        "rid_0123456789abcdef_r.m3u8",
        [R("r", recordid="0123456789abcdef")],
    ),
    Case(
        "a recordid with other characters",
        "rid_a-b.c d_r.m3u8",
        [R("r", recordid="a-b.c d")],
        conforming=False,
    ),
    Case("a folder full of odd characters", f"a\n\0 é/rid_{X}_r.m3u8", [R("r", folder="a\n\0 é/")]),
]

FOREIGN = [
    Case(sentence, key, [])
    for sentence, key in [
        ("nothing at all", ""),
        ("a slash", "/"),
        ("an extension alone", ".m3u8"),
        ("a segment's extension alone", ".ts"),
        ("a stamp alone", f"_{STAMP}.ts"),
        ("no extension", f"rid_{X}_r"),
        ("an extension in capitals", f"rid_{X}_r.M3U8"),
        ("a segment's extension in capitals", f"rid_{X}_r_{STAMP}.TS"),
        ("another extension", f"rid_{X}_r.mp4"),
        ("a playlist that was moved aside", f"rid_{X}_r.m3u8.bak"),
        ("a line break after the extension", f"rid_{X}_r.m3u8\n"),
        ("the word rid in capitals", f"RID_{X}_r.m3u8"),
        ("something before rid", f"xrid_{X}_r.m3u8"),
        ("a space before rid", f" rid_{X}_r.m3u8"),
        ("no room and no underscore", f"rid_{X}.m3u8"),
        ("no room", f"rid_{X}_.m3u8"),
        ("no recordid", "rid__r.m3u8"),
        ("no recordid and a longer room", "rid__my_room.m3u8"),
        ("the bare word", "rid_.m3u8"),
        ("a folder with a recording's name", f"rid_{X}_r/"),
        ("a playlist by another name in a sub-folder", f"rid_{X}_r/index.m3u8"),
        ("a recording's name that is only a folder's", f"rid_{X}_r.m3u8/notes.txt"),
        ("a room that would hold a slash", f"rid_{X}_a/b.m3u8"),
        ("a backup without a number", f"bak_rid_{X}_r.m3u8"),
        ("a backup with a leading zero", f"bak01_rid_{X}_r.m3u8"),
        ("a backup below zero", f"bak-1_rid_{X}_r.m3u8"),
        ("a backup of ten digits", f"bak1234567890_rid_{X}_r.m3u8"),
        ("a backup with a superscript digit", f"bak²_rid_{X}_r.m3u8"),
        ("a backup of a backup", f"bak0_bak1_rid_{X}_r.m3u8"),
        ("a backup without a recording", "bak0_.m3u8"),
        ("a segment in an ordinary folder", "videos/0001.ts"),
        ("a segment in a folder without a room", f"rid_{X}/0001.ts"),
        ("a segment in a folder that ends in rid", "xrid_a_b/0001.ts"),
        ("somebody else's recording", "sid713476478245_cname__uid_s_123__uid_e_video.m3u8"),
        ("a TypeScript source", "src/index.d.ts"),
    ]
]

CASES = [*PLAYLISTS, *RELATIVES, *SEGMENTS, *SUBFOLDERS, *ODD_IDS, *FOREIGN]
