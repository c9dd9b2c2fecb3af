"""Settings: the order of flag, environment, file and default, and an error for every mistake in them."""

from pathlib import Path
from typing import Any

import pytest

from ossrec.config import SETTINGS, find_config, parse_duration, parse_fail_on, read_config
from ossrec.errors import UsageProblem
from tests.catalog.builder import CatalogBuilder
from tests.running import Ossrec


def where(ossrec: Ossrec, name: str, *more: str) -> Any:
    """The line of `doctor` about a setting."""
    rows = {row["check"]: row["detail"] for row in ossrec("doctor", "--format", "json", *more).json}
    return rows.get(f"setting {name}")


def test_flag_before_environment_before_file_before_default(
    ossrec: Ossrec, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert where(ossrec, "threads") is None
    (alone / "ossrec.toml").write_text("threads = 3")
    assert where(ossrec, "threads") == "3, from the settings file"
    monkeypatch.setenv("OSSREC_THREADS", "4")
    assert where(ossrec, "threads") == "4, from the environment"
    assert where(ossrec, "threads", "--threads", "5") == "5, from the command line"


def test_every_setting_can_be_set_in_every_place(ossrec: Ossrec, alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"path": "x.db", "text": "word", "duration": "2m", "number": "7", "hosts": "a.example", "switch": "1"}
    given["auto"] = "2"
    for name, setting in SETTINGS.items():
        if name in ("format", "color"):
            continue
        value = {"word": setting.words[-1:], "verdicts": ["any"]}.get(setting.kind, [given.get(setting.kind)])[0]
        monkeypatch.setenv(setting.variable, str(value))
        assert str(where(ossrec, name)).endswith("from the environment"), name
        monkeypatch.delenv(setting.variable)
        written = {"number": "7", "switch": "true", "hosts": '["a.example"]'}.get(setting.kind, f'"{value}"')
        (alone / "ossrec.toml").write_text(f"{name} = {written}")
        assert str(where(ossrec, name)).endswith("from the settings file"), name
        (alone / "ossrec.toml").unlink()
        flag = [setting.flag] if setting.kind == "switch" else [setting.flag, str(value)]
        assert str(where(ossrec, name, *flag)).endswith("from the command line"), name


def test_the_format_may_be_set_too(ossrec: Ossrec, catalog: CatalogBuilder, alone: Path) -> None:
    (alone / "ossrec.toml").write_text('format = "jsonl"')
    assert ossrec("find", "--limit", "1").out.startswith("{")
    assert ossrec("find", "--limit", "1", "--format", "csv").out.startswith("bucket,")


def test_the_file_is_searched_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    own = home / ".config" / "ossrec" / "ossrec.toml"
    environ = {"HOME": str(home)}
    assert find_config(None, environ) is None
    own.parent.mkdir(parents=True)
    own.touch()
    assert find_config(None, environ) == own
    assert find_config(None, {"XDG_CONFIG_HOME": str(home / ".config")}) == own
    (tmp_path / "ossrec.toml").touch()
    assert find_config(None, environ) == Path("ossrec.toml")
    assert find_config(None, environ | {"OSSREC_CONFIG": "named.toml"}) == Path("named.toml")
    assert find_config("given.toml", environ | {"OSSREC_CONFIG": "named.toml"}) == Path("given.toml")


def test_a_path_in_the_file_is_taken_from_its_folder(ossrec: Ossrec, catalog: CatalogBuilder, alone: Path) -> None:
    folder = alone / "etc"
    folder.mkdir()
    (folder / "o.toml").write_text('catalog = "deep/c.db"')
    assert read_config(folder / "o.toml") == {"catalog": str(folder / "deep/c.db")}
    (folder / "o.toml").write_text('catalog = "~/c.db"')
    assert read_config(folder / "o.toml") == {"catalog": str(alone / "c.db")}


GOOD: dict[str, tuple[str, dict[str, Any]]] = {
    "durations of all kinds": ("idle = 45\nlag = '1.5m'", {"idle": 45.0, "lag": 90.0}),
    "a list of verdicts": ('fail_on = ["damaged", "gone"]', {"fail_on": "damaged,gone"}),
    "a text of verdicts": ('fail_on = "never"', {"fail_on": "never"}),
    "one host": ('cname = "a.example"', {"cname": ["a.example"]}),
    "nothing": ("", {}),
}


@pytest.mark.parametrize(("text", "settings"), GOOD.values(), ids=GOOD)
def test_reads(tmp_path: Path, text: str, settings: dict[str, Any]) -> None:
    path = tmp_path / "o.toml"
    path.write_text(text)
    assert read_config(path) == settings


BAD: dict[str, tuple[str, str]] = {
    "an unknown key": ('catalgo = "x"', "there is no setting catalgo; did you mean catalog?"),
    "a key with a hyphen": ('fail-on = "never"', "there is no setting fail-on; did you mean fail_on?"),
    "a key like no other": ("zzz = 1", "there is no setting zzz"),
    "a table": ("[scan]\nthreads = 1", "there is no setting scan"),
    "an access key": (
        'access_key_id = "LTAI"',
        "credentials are not allowed in a settings file; set OSS_ACCESS_KEY_ID",
    ),
    "a secret": ('oss_secret = "x"', "credentials are not allowed in a settings file"),
    "a text for a number": ('threads = "8"', "threads: '8' is not a whole number"),
    "a truth for a number": ("threads = true", "threads: True is not a whole number"),
    "a number for a path": ("catalog = 5", "catalog: 5 is not a text"),
    "a text for a number or auto": ('processes = "many"', "processes: 'many' is neither auto nor a number from 0 to"),
    "too many processes": ("processes = 65", "processes: '65' is neither auto nor a number from 0 to 64"),
    "a truth for a number or auto": ("processes = true", "processes: True is not a whole number or auto"),
    "a text for a switch": ('internal = "yes"', "internal: 'yes' is not true or false"),
    "a duration that is none": ('idle = "soon"', "idle: 'soon' is not a duration"),
    "a duration below zero": ("idle = -5", "idle: '-5' is not a duration"),
    "a duration without end": ("idle = inf", "idle: 'inf' is not a duration"),
    "a word that is none": ('format = "xml"', "format: 'xml' is not one of table, json, jsonl, csv"),
    "a verdict that is none": ('fail_on = ["broken"]', "fail_on: 'broken' is not a verdict"),
    "hosts that are numbers": ("cname = [1]", "cname: [1] is not a list of texts"),
    "no TOML": ("catalog = ", "is not valid TOML"),
    "a key that drives the terminal": ('"\\u001b[31m" = 1', "there is no setting \\x1b[31m"),
}


@pytest.mark.parametrize(("text", "said"), BAD.values(), ids=BAD)
def test_refuses_in_one_line(ossrec: Ossrec, alone: Path, text: str, said: str) -> None:
    (alone / "ossrec.toml").write_text(text)
    ran = ossrec("find")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("ossrec: ossrec.toml")
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_a_file_that_cannot_be_read(ossrec: Ossrec, alone: Path) -> None:
    ran = ossrec("find", "--config", "none.toml")
    assert (ran.code, ran.err) == (2, "ossrec: cannot read the settings file none.toml: No such file or directory\n")
    (alone / "latin.toml").write_bytes(b'region = "\xff"')
    assert "is not valid TOML" in ossrec("find", "--config", "latin.toml").err


def test_help_needs_no_valid_settings(ossrec: Ossrec, alone: Path) -> None:
    (alone / "ossrec.toml").write_text("x = 1")
    assert ossrec("find", "--help").code == 0


def test_an_unknown_variable_gives_a_warning_only(
    ossrec: Ossrec, catalog: CatalogBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSSREC_CATALGO", "x")
    ran = ossrec("find", "--format", "json")
    assert ran.code == 0
    assert ran.json
    assert ran.err == (
        "ossrec: warning: OSSREC_CATALGO in the environment is not a setting; did you mean OSSREC_CATALOG?\n"
    )


def test_a_wrong_variable_is_named(ossrec: Ossrec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSSREC_IDLE", "soon")
    ran = ossrec("find")
    assert ran.code == 2
    assert "OSSREC_IDLE" in ran.err
    assert "'soon' is not a duration" in ran.err


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("30s", 30), ("1.5 m", 90), ("2h", 7200), ("1d", 86400), ("1w", 604800), ("250ms", 0.25)],
)
def test_a_duration(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "-1s", "1y", "1e9", "1 2", "١s", "9" * 30])
def test_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)


def test_which_verdicts_fail() -> None:
    assert parse_fail_on("never") == frozenset()
    assert parse_fail_on("Any") == {"flawed", "unknown", "incomplete", "damaged", "unfinished", "gone"}
    assert parse_fail_on(" damaged, gone,") == {"damaged", "gone"}
    with pytest.raises(ValueError, match="'any' is not a verdict"):
        parse_fail_on("damaged,any")


def test_a_problem_is_a_usage_problem(tmp_path: Path) -> None:
    (tmp_path / "o.toml").write_text("x = 1")
    with pytest.raises(UsageProblem):
        read_config(tmp_path / "o.toml")
