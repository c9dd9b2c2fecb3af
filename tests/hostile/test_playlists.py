"""Malicious playlists: each gets a verdict, and none stops the scan of the others."""

from pathlib import Path

import pytest

from tests.running import Ossrec
from tests.scan.bucket_maker import put, rid, segment, stem

HEAD = "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-TARGETDURATION:2\n"
END = "#EXT-X-ENDLIST\n"
HUGE = "9" * 19  # more than SQLite can hold
SEGMENT = segment(stem(1, folder=""), 0)  # that is there
THERE = f"#EXTINF:2.0,\n{SEGMENT}\n"

CASES = {
    "a target duration of 20 digits": (f"#EXTM3U\n#EXT-X-TARGETDURATION:{HUGE}9\n{THERE}{END}", "complete"),
    "a version and a sequence of 20 digits": (
        f"{HEAD}#EXT-X-VERSION:{HUGE}9\n#EXT-X-MEDIA-SEQUENCE:{HUGE}9\n{THERE}{END}",
        "damaged",
    ),
    "a byte range past all numbers": (f"{HEAD}#EXT-X-BYTERANGE:{HUGE}@{HUGE}\n{THERE}{END}", "damaged"),
    "byte ranges that add up past all numbers": (
        f"{HEAD}#EXT-X-BYTERANGE:{HUGE}@0\n{THERE}" + f"#EXT-X-BYTERANGE:{HUGE}\n{THERE}" * 30 + END,
        "damaged",
    ),
    "a map past all numbers": (f'{HEAD}#EXT-X-MAP:URI="m",BYTERANGE="{HUGE}@{HUGE}"\n{THERE}{END}', "incomplete"),
    "a thousand keys and maps": (
        HEAD
        + "".join(f'#EXT-X-KEY:METHOD=AES-128,URI="k{n}"\n#EXT-X-MAP:URI="m{n}"\n' for n in range(1000))
        + THERE
        + END,
        "damaged",
    ),
    "the year 1, an hour before it": (f"{HEAD}#EXT-X-PROGRAM-DATE-TIME:0001-01-01T00:00:00+14:00\n{THERE}{END}", ""),
    "the end of the year 9999": (
        f"{HEAD}#EXT-X-PROGRAM-DATE-TIME:9999-12-31T23:59:59.999Z\n#EXTINF:999999,\n{SEGMENT}\n{END}",
        "flawed",
    ),
    "lengths that are no lengths": (
        HEAD
        + "".join(f"#EXTINF:{n},\n{SEGMENT}\n" for n in ("-1", "1e400", "nan", "inf", HUGE, "٣", "1" * 5000))
        + END,
        "damaged",
    ),
    "itself as a segment": (f"{HEAD}#EXTINF:2.0,\n{stem(1, folder='')}.m3u8\n{END}", "damaged"),
    "ways out of the bucket": (
        HEAD
        + "".join(
            f"#EXTINF:2.0,\n{uri}\n"
            for uri in (
                "../../etc/passwd",
                "file:///etc/passwd",
                "http://169.254.169.254/",
                "..%2f..%2fx.ts",
                "//x/y.ts",
            )
        )
        + END,
        "incomplete",
    ),
    "a NUL, escapes and half a character": (
        f"{HEAD}#EXT-X-\x1b]8;;http://x\x07\n#EXTINF:2,\na\0.ts\n#EXTINF:2,\n\x1b[2J\x9b\u202e.ts\n#EXTINF:2,\n%ED%A0%80\n{END}",
        "incomplete",
    ),
    "a thousand segments with stems of their own": (
        HEAD + "".join(f"#EXTINF:2.0,\nrid_{n}_x_1.ts\n" for n in range(1000)) + END,
        "incomplete",
    ),
    "a master playlist": (f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{stem(1, folder='')}.m3u8\n", "unknown"),
    "a name of a megabyte": (f"{HEAD}#EXTINF:2.0,\n{'a/' * 500_000}x.ts\n{END}", "incomplete"),
}


@pytest.fixture
def bucket(alone: Path) -> Path:
    return alone / "bucket"


def test_no_playlist_keeps_the_others_from_being_judged(bucket: Path, ossrec: Ossrec) -> None:
    for number, (text, _) in enumerate(CASES.values(), 1):
        put(bucket, f"{number:02}/{stem(1, folder='')}.m3u8", text)
        put(bucket, f"{number:02}/{SEGMENT}")
    scan = ossrec("scan", str(bucket), "--format", "json", "--fail-on", "never")
    assert scan.code == 0, scan.err
    rows = {row["folder"]: row for row in ossrec("find", "--format", "json").json}
    judged = {case: rows[f"{number:02}/"]["verdict"] for number, case in enumerate(CASES, 1)}
    assert judged == {case: wanted or judged[case] for case, (_, wanted) in CASES.items()}
    assert "unknown" not in [verdict for case, verdict in judged.items() if case != "a master playlist"]
    for way in ("table", "csv", "jsonl"):
        assert ossrec("find", "--format", way).code == 0
    for number in range(1, len(CASES) + 1):
        key = f"{number:02}/{stem(1, folder='')}.m3u8"
        assert ossrec("show", key).code == 0
        assert ossrec("show", key, "--format", "json").json["path"] == key.removesuffix(".m3u8")


def test_a_playlist_that_names_a_live_recording_does_not_swallow_it(bucket: Path, ossrec: Ossrec) -> None:
    thief, victim = stem(1, "thief", folder=""), stem(2, "victim", folder="")
    put(bucket, segment(victim, 0))
    put(bucket, f"{thief}.m3u8", f"{HEAD}#EXTINF:2.0,\n{segment(victim, 0)}\n{END}")
    ossrec("scan", str(bucket))
    put(bucket, f"{victim}.m3u8", f"{HEAD}#EXTINF:2.0,\n{segment(victim, 0)}\n{END}")
    ossrec("scan", str(bucket))
    rows = ossrec("find", "--room", "victim", "--format", "json").json
    assert [(row["recordid"], row["verdict"]) for row in rows] == [(rid(2), "complete")]
