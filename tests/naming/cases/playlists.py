"""Names of playlists and of their relatives."""

from .shape import LONG, Case, Reading, X

PLAYLISTS = [
    Case("the manual's mixed stream", f"rid_{X}_abcabc.m3u8", [Reading("abcabc")]),
    Case(
        "the manual's source stream, which could also be part of a room id",
        f"rid_{X}_abcabc__uid_s_10266666__uid_e.m3u8",
        [Reading("abcabc", "10266666"), Reading("abcabc__uid_s_10266666__uid_e")],
    ),
    Case(
        "a recordid of 37 characters",
        "rid_0123456789abcdef0123456789abcdef01234_r.m3u8",
        [Reading("r", recordid="0123456789abcdef0123456789abcdef01234")],
    ),
    Case("a folder before the name", f"rec/2026/rid_{X}_r.m3u8", [Reading("r", folder="rec/2026/")]),
    Case("a key that starts with a slash", f"/rid_{X}_r.m3u8", [Reading("r", folder="/")]),
    Case("two slashes in a row", f"a//rid_{X}_r.m3u8", [Reading("r", folder="a//")]),
    Case("dots as folders", f"../rid_{X}_r.m3u8", [Reading("r", folder="../")]),
    Case("a room with an underscore", f"rid_{X}_my_room.m3u8", [Reading("my_room")]),
    Case("a room with two underscores in a row", f"rid_{X}_my__room.m3u8", [Reading("my__room")]),
    Case("a room that starts with an underscore", f"rid_{X}__r.m3u8", [Reading("_r")]),
    Case("a room of one underscore", f"rid_{X}__.m3u8", [Reading("_")]),
    Case("a room that is a number", f"rid_{X}_12345.m3u8", [Reading("12345")]),
    Case("a room of one dash", f"rid_{X}_-.m3u8", [Reading("-")]),
    Case("a room called rid", f"rid_{X}_rid.m3u8", [Reading("rid")]),
    Case("a room that looks like a whole name", f"rid_{X}_rid_{X}_r.m3u8", [Reading(f"rid_{X}_r")]),
    Case("a room of the maximum length", f"rid_{X}_{LONG}.m3u8", [Reading(LONG)]),
    Case(
        "a room and a uid of the maximum length",
        f"rid_{X}_{LONG}__uid_s_{LONG}__uid_e.m3u8",
        [Reading(LONG, LONG), Reading(f"{LONG}__uid_s_{LONG}__uid_e")],
    ),
    Case(
        "two markers: the last one is the most likely, because uids are short and plain",
        f"rid_{X}_a__uid_s_b__uid_s_c__uid_e.m3u8",
        [Reading("a__uid_s_b", "c"), Reading("a", "b__uid_s_c"), Reading("a__uid_s_b__uid_s_c__uid_e")],
        ambiguous=True,
    ),
    Case(
        "two markers that share an underscore",
        f"rid_{X}_a__uid_s__uid_s_b__uid_e.m3u8",
        [Reading("a__uid_s", "b"), Reading("a", "_uid_s_b"), Reading("a__uid_s__uid_s_b__uid_e")],
        ambiguous=True,
    ),
    Case(
        "a room that contains a whole source name",
        f"rid_{X}_a__uid_s_b__uid_e__uid_s_c__uid_e.m3u8",
        [
            Reading("a__uid_s_b__uid_e", "c"),
            Reading("a", "b__uid_e__uid_s_c"),
            Reading("a__uid_s_b__uid_e__uid_s_c__uid_e"),
        ],
        ambiguous=True,
    ),
    Case(
        "the last marker would make the room too long",
        f"rid_{X}_{'a' * 40}__uid_s_{'b' * 40}__uid_s_c__uid_e.m3u8",
        [
            Reading("a" * 40, f"{'b' * 40}__uid_s_c"),
            Reading(f"{'a' * 40}__uid_s_{'b' * 40}", "c"),
            Reading(f"{'a' * 40}__uid_s_{'b' * 40}__uid_s_c__uid_e"),
        ],
        ambiguous=True,
    ),
    Case(
        "a first marker that would leave the room empty",
        f"rid_{X}___uid_s_a__uid_s_b__uid_e.m3u8",
        [Reading("__uid_s_a", "b"), Reading("__uid_s_a__uid_s_b__uid_e")],
    ),
    Case(
        "no room before the marker, so it is a mixed stream",
        f"rid_{X}___uid_s_x__uid_e.m3u8",
        [Reading("__uid_s_x__uid_e")],
    ),
    Case(
        "a room of one underscore before the marker",
        f"rid_{X}____uid_s_x__uid_e.m3u8",
        [Reading("_", "x"), Reading("___uid_s_x__uid_e")],
    ),
    Case(
        "no uid between the markers, so it is a mixed stream",
        f"rid_{X}_a__uid_s___uid_e.m3u8",
        [Reading("a__uid_s___uid_e")],
    ),
    Case(
        "markers that share an underscore and leave no uid",
        f"rid_{X}_a__uid_s__uid_e.m3u8",
        [Reading("a__uid_s__uid_e")],
    ),
    Case(
        "a uid of one underscore",
        f"rid_{X}_a__uid_s____uid_e.m3u8",
        [Reading("a", "_"), Reading("a__uid_s____uid_e")],
    ),
    Case("a start marker without an end marker", f"rid_{X}_a__uid_s_b.m3u8", [Reading("a__uid_s_b")]),
    Case("an end marker without a start marker", f"rid_{X}_a__uid_e.m3u8", [Reading("a__uid_e")]),
    Case("a letter after the end marker", f"rid_{X}_a__uid_s_b__uid_ex.m3u8", [Reading("a__uid_s_b__uid_ex")]),
    Case(
        "a uid that ends like a source name",
        f"rid_{X}_a__uid_s_b__uid_e__uid_e.m3u8",
        [Reading("a", "b__uid_e"), Reading("a__uid_s_b__uid_e__uid_e")],
    ),
    Case(
        "the uid zero",
        f"rid_{X}_a__uid_s_0__uid_e.m3u8",
        [Reading("a", "0"), Reading("a__uid_s_0__uid_e")],
    ),
    Case(
        "a marker in upper case is not a marker",
        f"rid_{X}_a__UID_S_1__UID_E.m3u8",
        [Reading("a__UID_S_1__UID_E")],
    ),
]

RELATIVES = [
    Case("a first backup", f"bak0_rid_{X}_r.m3u8", [Reading("r", backup=0)]),
    Case("a tenth backup", f"a/bak10_rid_{X}_r.m3u8", [Reading("r", folder="a/", backup=10)]),
    Case(
        "a backup of a source stream",
        f"bak1_rid_{X}_r__uid_s_7__uid_e.m3u8",
        [Reading("r", "7", backup=1), Reading("r__uid_s_7__uid_e", backup=1)],
    ),
    Case(
        "a playlist uploaded again, with a likely tick",
        f"rid_{X}_r_22194679897_3.m3u8",
        [Reading("r", rest="_22194679897_3.m3u8"), Reading("r_22194679897_3")],
        ambiguous=True,
    ),
    Case(
        "numbers too short for a tick belong to the room",
        f"rid_{X}_a_123_4.m3u8",
        [Reading("a_123_4"), Reading("a", rest="_123_4.m3u8")],
        ambiguous=True,
    ),
    Case(
        "a day is too short for a tick",
        f"rid_{X}_lesson_20261101_2.m3u8",
        [Reading("lesson_20261101_2"), Reading("lesson", rest="_20261101_2.m3u8")],
        ambiguous=True,
    ),
    Case(
        "a time to the second is too long for a tick",
        f"rid_{X}_lesson_20261101120000_2.m3u8",
        [Reading("lesson_20261101120000_2"), Reading("lesson", rest="_20261101120000_2.m3u8")],
        ambiguous=True,
    ),
    Case(
        "numbers that would make the room too long",
        f"rid_{X}_{LONG}_123_4.m3u8",
        [Reading(LONG, rest="_123_4.m3u8"), Reading(f"{LONG}_123_4")],
        ambiguous=True,
    ),
    Case(
        "a source stream uploaded again, whatever the tick",
        f"rid_{X}_r__uid_s_7__uid_e_12_0.m3u8",
        [
            Reading("r", "7", rest="_12_0.m3u8"),
            Reading("r__uid_s_7__uid_e_12_0"),
            Reading("r__uid_s_7__uid_e", rest="_12_0.m3u8"),
        ],
    ),
    Case(
        "a backup uploaded again",
        f"bak0_rid_{X}_r_1698765432_12.m3u8",
        [Reading("r", rest="_1698765432_12.m3u8", backup=0), Reading("r_1698765432_12", backup=0)],
        ambiguous=True,
    ),
    Case(
        "only the last two of four numbers can be a tick and a count",
        f"rid_{X}_r_1_2_1698765432_3.m3u8",
        [Reading("r_1_2", rest="_1698765432_3.m3u8"), Reading("r_1_2_1698765432_3")],
        ambiguous=True,
    ),
    Case(
        "two markers and uploaded again",
        f"rid_{X}_a__uid_s_b__uid_s_c__uid_e_1698765432_1.m3u8",
        [
            Reading("a__uid_s_b", "c", rest="_1698765432_1.m3u8"),
            Reading("a", "b__uid_s_c", rest="_1698765432_1.m3u8"),
            Reading("a__uid_s_b__uid_s_c__uid_e", rest="_1698765432_1.m3u8"),
            Reading("a__uid_s_b__uid_s_c__uid_e_1698765432_1"),
        ],
        ambiguous=True,
    ),
    Case("a month with a leading zero is not a count", f"rid_{X}_r_2026_01.m3u8", [Reading("r_2026_01")]),
    Case("a number with a leading zero is not a tick", f"rid_{X}_r_01698765432_1.m3u8", [Reading("r_01698765432_1")]),
    Case(
        "a count of five digits is the longest likely one",
        f"rid_{X}_r_22194679897_99999.m3u8",
        [Reading("r", rest="_22194679897_99999.m3u8"), Reading("r_22194679897_99999")],
        ambiguous=True,
    ),
    Case(
        "a telephone number and a day belong to the room",
        f"rid_{X}_r_13800138000_20261101.m3u8",
        [Reading("r_13800138000_20261101"), Reading("r", rest="_13800138000_20261101.m3u8")],
        ambiguous=True,
    ),
    Case(
        "a tick and a count of zero",
        f"rid_{X}_r_0_0.m3u8",
        [Reading("r_0_0"), Reading("r", rest="_0_0.m3u8")],
        ambiguous=True,
    ),
    Case("one number is not enough", f"rid_{X}_r_1698765432.m3u8", [Reading("r_1698765432")]),
    Case("no room before the tick", f"rid_{X}__1698765432_3.m3u8", [Reading("_1698765432_3")]),
    Case("a room that is two numbers", f"rid_{X}_1698765432_3.m3u8", [Reading("1698765432_3")]),
    Case("a tick of twenty digits", f"rid_{X}_r_{'9' * 20}_3.m3u8", [Reading(f"r_{'9' * 20}_3")]),
    Case("a count of ten digits", f"rid_{X}_r_1698765432_{'9' * 10}.m3u8", [Reading(f"r_1698765432_{'9' * 10}")]),
    Case(
        "full-width digits are not digits",
        f"rid_{X}_r_１６９８７６５４３２_３.m3u8",
        [Reading("r_１６９８７６５４３２_３")],
        conforming=False,
    ),
    Case("a dash is not an underscore", f"rid_{X}_r-1698765432-3.m3u8", [Reading("r-1698765432-3")]),
]
