"""`ossrec check`: forecast, summary, messages and exit codes."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.check.run_check import put_recordings, rewrite, slice_of
from tests.running import Ossrec
from tests.scan.bucket_maker import rid, segment, stem

NOTHING = "nothing is due: no matching segment is left to check at this depth\n"


@pytest.fixture
def bucket(alone: Path) -> Path:
    """Three recordings, which are scanned as `bucket`; `recordings` is then the catalog's bucket."""
    put_recordings(alone / "bucket", 3)
    return alone / "bucket"


@pytest.fixture
def scanned(bucket: Path, ossrec: Ossrec) -> Path:
    """The same bucket after a scan."""
    assert ossrec("scan", "bucket", "-q").code == 0
    return bucket


def test_forecast_and_summary(scanned: Path, ossrec: Ossrec) -> None:
    ran = ossrec("check", "--depth", "full")
    size = sum(len(slice_of("camera", number)) for number in range(3)) * 3 / 1024
    assert ran.err == f"ossrec: about 9 segments of 3 recordings to check: 9 requests, {size:.1f} KiB\n"
    assert ran.code == 0
    assert "checked to depth full" in ran.out
    assert "recordings  3: 3 complete" in ran.out
    assert f"read        {size:.1f} KiB; requests: 0 list, 9 get, 0 retry" in ran.out


def test_when_nothing_is_due_it_says_so(scanned: Path, ossrec: Ossrec) -> None:
    ossrec("check", "-q")
    ran = ossrec("check")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == NOTHING


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(["--room", "nobody"], id="a room"),
        pytest.param(["--uid", "7"], id="a user"),
        pytest.param(["--recordid", "ba11"], id="a task"),
        pytest.param(["--verdict", "damaged"], id="a verdict"),
        pytest.param(["--until", "2001-01-01"], id="a time"),
        pytest.param([rid(0), "--room", "room1"], id="a recording of another room"),
    ],
)
@pytest.mark.parametrize("before", ["scanned", "looked at"])
def test_no_match_is_reported_differently_from_nothing_due(
    scanned: Path, ossrec: Ossrec, asked: list[str], before: str
) -> None:
    if before == "looked at":
        ossrec("check", "-q")
    for ran in (ossrec("check", *asked), ossrec("check", *asked, "--dry-run")):
        assert (ran.code, ran.out) == (0, "")
        assert ran.err == "nothing in ossrec.db matches\n"
    ran = ossrec("check", *asked, "--format", "jsonl")
    assert (ran.code, ran.json["due"]["segments"]) == (0, 0)
    assert ran.err.startswith("nothing in ossrec.db matches")
    assert ossrec("check", "-q", *asked).err == ""


def test_a_matching_recording_that_is_not_due_is_no_usage_error(scanned: Path, ossrec: Ossrec) -> None:
    ossrec("check", "-q")
    for asked in (["--room", "room1"], [rid(1)], ["--share", "3/1000"], ["--verdict", "complete"]):
        ran = ossrec("check", *asked)
        assert (ran.code, ran.out, ran.err) == (0, NOTHING, "")


def test_a_dry_run_only_reports_the_forecast(scanned: Path, ossrec: Ossrec) -> None:
    ran = ossrec("check", "--dry-run")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("about 9 segments of 3 recordings to check: 9 requests, ")
    assert len(ran.out.splitlines()) == 1
    assert ossrec("check", "-q").out == ""
    assert ossrec("check", "--dry-run").out == NOTHING


def test_a_dry_run_has_the_shape_of_a_run(scanned: Path, ossrec: Ossrec) -> None:
    size = sum(len(slice_of("camera", number)) for number in range(3)) * 3
    everything = {"recordings": 3, "segments": 9, "requests": 9, "bytes": size}
    told = ossrec("check", "--dry-run", "--depth", "full", "--share", "1/1", "--format", "json").json
    assert (told["due"], told["planned"], told["remaining"]) == (everything, everything, everything)
    assert (told["depth"], told["segments"], told["requests"]["get"], told["stopped_by"]) == ("full", 0, 0, None)
    done = ossrec("check", "--depth", "full", "--format", "json").json
    assert list(done) == list(told)
    assert (done["due"], done["planned"]) == (told["due"], told["planned"])
    assert done["remaining"]["segments"] == 0


def test_the_forecast_respects_the_budget(scanned: Path, ossrec: Ossrec) -> None:
    budget = sum(len(slice_of("camera", number)) for number in (0, 1, 2, 0))
    limits = ["--depth", "full", "--budget", str(budget), "--time", "2h"]
    told = ossrec("check", *limits, "--dry-run", "--format", "json").json
    assert told["planned"] == {"recordings": 2, "segments": 4, "requests": 4, "bytes": budget}
    assert told["due"]["segments"] == 9
    lines = ossrec("check", *limits, "--dry-run").out.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "about 4 segments of 2 recordings to check within the budget",
        "about 9 segments of 3 recordings due in total",
    ]
    assert lines[0].endswith("; no check starts after 2:00:00")
    ran = ossrec("check", *limits, "--threads", "1")
    assert ran.err.splitlines() == [f"ossrec: {line}" for line in lines]
    assert "  segments    4, " in ran.out
    assert "  remaining   about 5 segments of 2 recordings, " in ran.out
    assert " (the budget is used up): run the check again\n" in ran.out


def test_damage_sets_the_exit_code(bucket: Path, ossrec: Ossrec) -> None:
    rewrite(bucket, segment(stem(1, "room1"), 1), b"\0" * 18_800, later=0)
    assert ossrec("scan", "bucket", "-q").code == 0
    ran = ossrec("check", "-q")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == "1 damaged (`ossrec find --verdict damaged`)\n"
    assert ossrec("check", "--again", "0s", "--fail-on", "never", "-q").code == 0
    assert ossrec("check", "--again", "0s", rid(2)).code == 0  # only what was looked at counts


def test_unreadable_segments_are_reported(scanned: Path, ossrec: Ossrec) -> None:
    (scanned / segment(stem(1, "room1"), 1)).unlink()
    ran = ossrec("check", "-q")
    assert ran.code == 3
    assert ran.err.startswith("ossrec: could not read: LOOK005 ")
    assert ran.out == "1 item could not be read\n"


def test_an_exhausted_budget_is_reported(scanned: Path, ossrec: Ossrec) -> None:
    ran = ossrec("check", "--depth", "full", "--budget", "1KB")
    assert "  remaining   about 8 segments of 3 recordings, " in ran.out
    assert " (the budget is used up): run the check again\n" in ran.out
    assert ran.err.startswith("ossrec: about 1 segment of 1 recording to check within the budget: 1 request, ")


def test_its_summary_is_json_too(scanned: Path, ossrec: Ossrec) -> None:
    told = ossrec("check", "--format", "json").json
    assert (told["depth"], told["segments"], told["remaining"]["segments"], told["stopped_by"]) == ("edges", 9, 0, None)


def test_a_scan_can_check_segments_too(bucket: Path, ossrec: Ossrec) -> None:
    rewrite(bucket, segment(stem(1, "room1"), 1), b"\0" * 18_800, later=0)
    ran = ossrec("scan", "bucket", "--depth", "edges")
    assert ran.code == 1
    assert "recordings  3: 2 complete, 1 damaged" in ran.out
    assert "segments    9" in ran.out
    assert ran.err.startswith("ossrec: about 9 segments")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--share", "0/7"], "'0/7' is not a share: write 1/7", id="no share"),
        pytest.param(["--share", "8/7"], "'8/7' is not a share", id="a share past the last"),
        pytest.param(["--budget", "much"], "'much' is not a size: write 500MB", id="no size"),
        pytest.param(["--depth", "deep"], "'deep' is not one of 'edges', 'full'", id="no depth"),
        pytest.param(
            ["--dask", "cluster"], "'cluster' is not the address of a scheduler: write tcp://", id="no scheduler"
        ),
        pytest.param(["--dask", "http://a:80"], "'http://a:80' is not the address", id="no scheme of a scheduler"),
        pytest.param(["--time", "soon"], "'soon' is not a duration", id="no time"),
        pytest.param(["nobody"], "the catalog has no recording nobody", id="no recording"),
        pytest.param(["--since", "2d", "--until", "3d"], "--until must be after --since", id="no time range"),
    ],
)
def test_a_usage_error_is_one_line(scanned: Path, ossrec: Ossrec, arguments: list[str], says: str) -> None:
    ran = ossrec("check", *arguments)
    assert ran.code == 2
    assert says in ran.err


def test_without_a_catalog_it_says_what_to_do(ossrec: Ossrec) -> None:
    ran = ossrec("check")
    assert ran.code == 10
    assert ran.err.startswith("ossrec: no catalog at ossrec.db: run `ossrec scan BUCKET` first")


def test_a_deleted_folder_is_reported(scanned: Path, ossrec: Ossrec) -> None:
    scanned.rename(scanned.with_name("moved"))
    ran = ossrec("check", "-q")
    assert ran.code == 12
    assert len(ran.err.splitlines()) == 1


@pytest.fixture
def archived(scanned: Path) -> Path:
    """The same bucket; according to the catalog, one recording is archived."""
    with closing(sqlite3.connect("ossrec.db", isolation_level=None)) as conn:
        stems = "SELECT s.id FROM stems s JOIN recordings r ON r.id = s.recording_id WHERE r.roomid = 'room1'"
        conn.execute(f"UPDATE objects SET storage = 'Archive' WHERE suffix LIKE '%.ts' AND stem_id IN ({stems})")
    return scanned


def test_archived_segments_not_yet_checked_are_reported_by_every_check(archived: Path, ossrec: Ossrec) -> None:
    how = "restore them first (`ossrec explain LOOK001`)"
    lines = ossrec("check", "--dry-run").out.splitlines()
    assert lines[0].startswith("about 6 segments of 2 recordings to check: ")
    assert lines[1:] == [f"3 segments not yet checked to this depth are archived: {how}"]
    ran = ossrec("check")
    assert (ran.code, ran.err.splitlines()) == (0, [f"ossrec: {line}" for line in lines])
    assert f", 3 archived: {how}\n" in ran.out
    nothing = f"nothing is due, but 3 segments not yet checked to this depth are archived: {how}\n"
    for arguments in ([], ["--dry-run"], ["--fail-on", "any"]):  # it looked at nothing: no exit code follows
        ran = ossrec("check", *arguments)
        assert (ran.code, ran.out, ran.err) == (0, nothing, "")
    assert ossrec("check", "--format", "json").json["archived"] == 3
    assert ossrec("check", "--room", "room0").out == NOTHING


def test_segments_checked_before_they_were_archived_need_no_restore(scanned: Path, ossrec: Ossrec) -> None:
    ossrec("check", "--depth", "full", "-q")
    with closing(sqlite3.connect("ossrec.db", isolation_level=None)) as conn:
        conn.execute("UPDATE objects SET storage = 'Archive' WHERE suffix LIKE '%.ts'")
        conn.execute("UPDATE inspections SET inspected = inspected - 100")
        conn.execute("UPDATE recordings SET inspected = inspected - 100")
    for arguments in ([], ["--again", "10s"], ["--depth", "full"], ["--depth", "full", "--again", "10s"]):
        assert ossrec("check", *arguments).out == NOTHING


def test_a_resumed_check_says_so(scanned: Path, ossrec: Ossrec) -> None:
    ossrec("check", "-q")
    with closing(sqlite3.connect("ossrec.db", isolation_level=None)) as conn:
        conn.execute("UPDATE inspections SET inspected = inspected - 100")
        conn.execute("UPDATE recordings SET inspected = inspected - 100")
    ossrec("check", "--again", "0s", "--budget", "1", "--threads", "1", "-q")
    ran = ossrec("check", "--again", "0s")
    first, second = ran.err.splitlines()
    assert first.startswith("ossrec: resuming the stopped check of 20")
    assert first.endswith(" UTC: segments checked since then are skipped")
    assert second.startswith("ossrec: about 8 segments of 3 recordings to check: ")
