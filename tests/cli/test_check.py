"""`ossrec check` at the shell: what it says, what it answers, how it ends."""

from pathlib import Path

import pytest

from tests.check.checking import put_recordings, rewrite, slice_of
from tests.running import Ossrec
from tests.scan.bucket_maker import rid, segment, stem

NOTHING = "nothing is due: of what was asked for nothing is left to look at so deep\n"


@pytest.fixture
def bucket(alone: Path) -> Path:
    """Three recordings, which are scanned as `bucket`; `recordings` is then the catalog's bucket."""
    put_recordings(alone / "bucket", 3)
    return alone / "bucket"


@pytest.fixture
def scanned(bucket: Path, ossrec: Ossrec) -> Path:
    """The same, scanned."""
    assert ossrec("scan", "bucket", "-q").code == 0
    return bucket


def test_it_says_what_it_will_cost_and_what_came_of_it(scanned: Path, ossrec: Ossrec) -> None:
    ran = ossrec("check", "--depth", "full")
    size = sum(len(slice_of("camera", number)) for number in range(3)) * 3 / 1024
    assert ran.err == f"ossrec: about 9 segments of 3 recordings to look at: 9 requests, {size:.1f} KiB\n"
    assert ran.code == 0
    assert "looked at to depth full" in ran.out
    assert "recordings  3: 3 complete" in ran.out
    assert f"read        {size:.1f} KiB; requests: 0 list, 9 get, 0 retry" in ran.out


def test_when_nothing_is_due_it_says_so(scanned: Path, ossrec: Ossrec) -> None:
    ossrec("check", "-q")
    ran = ossrec("check")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == NOTHING
    assert ossrec("check", "--room", "nobody").out == NOTHING  # no room of that name was looked at at all


def test_a_dry_run_only_tells_the_cost(scanned: Path, ossrec: Ossrec) -> None:
    ran = ossrec("check", "--dry-run", "--share", "1/1", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.json["segments"] == 9
    assert ossrec("check", "--dry-run").out.startswith("about 9 segments of 3 recordings to look at: 9 requests, ")
    assert ossrec("check", "-q").out == ""
    assert ossrec("check", "--dry-run").out.startswith("nothing is due")


def test_damage_is_found_and_told_by_the_exit_code(bucket: Path, ossrec: Ossrec) -> None:
    rewrite(bucket, segment(stem(1, "room1"), 1), b"\0" * 18_800, later=0)
    assert ossrec("scan", "bucket", "-q").code == 0
    ran = ossrec("check", "-q")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == "1 damaged: `ossrec find --verdict damaged` lists them\n"
    assert ossrec("check", "--again", "0s", "--fail-on", "never", "-q").code == 0
    assert ossrec("check", "--again", "0s", rid(2)).code == 0  # only what was looked at counts


def test_what_could_not_be_looked_at_is_told(scanned: Path, ossrec: Ossrec) -> None:
    (scanned / segment(stem(1, "room1"), 1)).unlink()
    ran = ossrec("check", "-q")
    assert ran.code == 3
    assert ran.err.startswith("ossrec: could not look: LOOK005 ")
    assert ran.out == "1 thing could not be looked at\n"


def test_a_budget_that_is_used_up_is_told(scanned: Path, ossrec: Ossrec) -> None:
    ran = ossrec("check", "--depth", "full", "--budget", "1KB")
    assert "left        the budget is used up; about 8 segments of 3 recordings" in ran.out


def test_its_summary_is_json_too(scanned: Path, ossrec: Ossrec) -> None:
    told = ossrec("check", "--format", "json").json
    assert (told["depth"], told["segments"], told["left"]["segments"], told["stopped_by"]) == ("edges", 9, 0, None)


def test_a_scan_may_look_deeper_in_one_go(bucket: Path, ossrec: Ossrec) -> None:
    rewrite(bucket, segment(stem(1, "room1"), 1), b"\0" * 18_800, later=0)
    ran = ossrec("scan", "bucket", "--depth", "edges")
    assert ran.code == 1
    assert "recordings  3: 2 complete, 1 damaged" in ran.out
    assert "segments    9" in ran.out
    assert ran.err.startswith("ossrec: about 9 segments")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--share", "0/7"], "'0/7' is no share: write 1/7", id="no share"),
        pytest.param(["--share", "8/7"], "'8/7' is no share", id="a share past the last"),
        pytest.param(["--budget", "much"], "'much' is no size: write 500MB", id="no size"),
        pytest.param(["--depth", "deep"], "'deep' is not one of 'edges', 'full'", id="no depth"),
        pytest.param(["--dask", "cluster"], "'cluster' is no address of a scheduler: write tcp://", id="no scheduler"),
        pytest.param(["--dask", "http://a:80"], "'http://a:80' is no address", id="no scheme of a scheduler"),
        pytest.param(["--time", "soon"], "'soon' is no duration", id="no time"),
        pytest.param(["nobody"], "no recording nobody in the catalog", id="no recording"),
        pytest.param(["--since", "2d", "--until", "3d"], "--until is not after --since", id="no time range"),
    ],
)
def test_wrong_use_is_told(scanned: Path, ossrec: Ossrec, arguments: list[str], says: str) -> None:
    ran = ossrec("check", *arguments)
    assert ran.code == 2
    assert says in ran.err


def test_without_a_catalog_it_says_what_to_do(ossrec: Ossrec) -> None:
    ran = ossrec("check")
    assert ran.code == 10
    assert ran.err.startswith("ossrec: no catalog at ossrec.db: run `ossrec scan BUCKET` first")


def test_a_folder_that_is_not_there_any_more_is_told(scanned: Path, ossrec: Ossrec) -> None:
    scanned.rename(scanned.with_name("moved"))
    ran = ossrec("check", "-q")
    assert ran.code == 12
    assert len(ran.err.splitlines()) == 1
