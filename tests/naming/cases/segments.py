"""Names of segments, of those in sub-folders too."""

from .shape import STAMP, Case, Reading, X, segment

SEGMENTS = [
    Case("a stamped segment of a mixed stream", f"rid_{X}_r_{STAMP}.ts", [segment("r")]),
    Case(
        "a stamped segment of a source stream",
        f"a/b/rid_{X}_r__uid_s_7__uid_e_{STAMP}.ts",
        [segment("r", "7", folder="a/b/"), segment("r__uid_s_7__uid_e", folder="a/b/")],
    ),
    Case("a stamp that is not a valid time", f"rid_{X}_r_{'9' * 17}.ts", [segment("r", rest=f"_{'9' * 17}.ts")]),
    Case(
        "two stamps: the stem ends before the last",
        f"rid_{X}_r_{STAMP}_{STAMP}.ts",
        [segment(f"r_{STAMP}")],
    ),
    Case(
        "a stamped segment whose room ends as if uploaded again",
        f"rid_{X}_r_1698765432_3_{STAMP}.ts",
        [segment("r_1698765432_3")],
    ),
    Case(
        "a word between the uid and the stamp: the stem ends before the stamp",
        f"rid_{X}_r__uid_s_7__uid_e_video_{STAMP}.ts",
        [
            segment("r__uid_s_7__uid_e_video"),
            segment("r", "7", rest=f"_video_{STAMP}.ts"),
            segment("r__uid_s_7__uid_e", rest=f"_video_{STAMP}.ts"),
        ],
        ambiguous=True,
    ),
    Case("a room that is a stamp", f"rid_{X}_{STAMP}.ts", [segment(STAMP, rest=".ts")]),
    Case("a stamp and no room", f"rid_{X}__{STAMP}.ts", [segment(f"_{STAMP}", rest=".ts")]),
    Case(
        "eighteen digits are a number, not a stamp",
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
        "Arabic digits are not a stamp",
        f"rid_{X}_r_{'٣' * 17}.ts",
        [segment(f"r_{'٣' * 17}", rest=".ts")],
        conforming=False,
    ),
    Case(
        "superscript digits are not a stamp",
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
    Case("a room that is a number, and no other number", f"rid_{X}_12.ts", [segment("12", rest=".ts")]),
    Case("a number right after letters belongs to the room", f"rid_{X}_room12.ts", [segment("room12", rest=".ts")]),
    Case("only the stem", f"rid_{X}_r.ts", [segment("r", rest=".ts")]),
    Case(
        "only the stem of a source stream",
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
        "a number right after the end marker",
        f"rid_{X}_r__uid_s_7__uid_e42.ts",
        [
            segment("r", "7", rest="42.ts"),
            segment("r__uid_s_7__uid_e", rest="42.ts"),
            segment("r__uid_s_7__uid_e42", rest=".ts"),
        ],
    ),
    Case(
        "two markers before a stamp",
        f"rid_{X}_a__uid_s_b__uid_s_c__uid_e_{STAMP}.ts",
        [segment("a__uid_s_b", "c"), segment("a", "b__uid_s_c"), segment("a__uid_s_b__uid_s_c__uid_e")],
        ambiguous=True,
    ),
    Case(
        "an end marker without a start marker belongs to the room",
        f"rid_{X}_r__uid_e_x.ts",
        [segment("r__uid_e_x", rest=".ts")],
    ),
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
    Case("a folder in the sub-folder", f"a/rid_{X}_r/720p/x.ts", [segment("r", rest="/720p/x.ts", folder="a/")]),
    Case("a sub-folder of a backup", f"bak2_rid_{X}_r/1.ts", [segment("r", rest="/1.ts", backup=2)]),
    Case("a segment without a name", f"rid_{X}_r/.ts", [segment("r", rest="/.ts")]),
    Case("two slashes after the sub-folder", f"rid_{X}_r//1.ts", [segment("r", rest="//1.ts")]),
    Case(
        "the innermost of two sub-folders counts",
        f"rid_{X}_a/rid_{X}_b/1.ts",
        [segment("b", rest="/1.ts", folder=f"rid_{X}_a/")],
    ),
    Case(
        "a whole recording in a folder of its name: the file's own name comes first",
        f"rid_{X}_r/rid_{X}_r_{STAMP}.ts",
        [segment("r", folder=f"rid_{X}_r/"), segment("r", rest=f"/rid_{X}_r_{STAMP}.ts")],
        ambiguous=True,
    ),
    Case(
        "a recording in the folder of another one",
        f"rid_{X}_a/rid_{X}_b_{STAMP}.ts",
        [segment("b", folder=f"rid_{X}_a/")],
    ),
    Case("a playlist in a folder of its name", f"rid_{X}_r/rid_{X}_r.m3u8", [Reading("r", folder=f"rid_{X}_r/")]),
    Case(
        "a malformed name in a sub-folder is read by the sub-folder",
        f"rid_{X}_r/rid_{X}.ts",
        [segment("r", rest=f"/rid_{X}.ts")],
    ),
    Case(
        "a stamp without a stem, in a sub-folder",
        f"rid_{X}_r/_{STAMP}.ts",
        [segment("r", rest=f"/_{STAMP}.ts")],
    ),
]
