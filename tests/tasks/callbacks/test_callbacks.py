"""Callbacks: bodies, files of saved callbacks, and what scans do with them."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.buckets.local.bucket import LocalBucket
from ossrec.catalog.connection.lock import lock_catalog
from ossrec.catalog.connection.open_writer import open_for_writing
from ossrec.catalog.tasks.inbox import Inbox, inbox_count
from ossrec.jobs.tasks import callbacks
from ossrec.model import Cursor, Page, TaskFact
from ossrec.tasks.callbacks import UnreadableCallback, read_callback
from ossrec.tasks.saved_callbacks import saved_callbacks
from tests.running import Ossrec
from tests.scan.bucket_maker import put_recording, rid, stem
from tests.scan.scanning import found, scan
from tests.tasks.catalogs import rows_of

RID = "ba1107310000565164da34f816f842da94d"
CONTEXT = {
    "msgname": "recordtask_m3u8_info", "appid": 7, "roomid": "lobby", "uid": ["0"], "recordid": RID, "filetype": "m3u8",
    "duration": 61_500, "starttime": 1_793_491_200_000, "fileaddress": f"http://b.example/2026/rid_{RID}_lobby.m3u8",
}  # fmt: skip


def body(**context: Any) -> dict[str, Any]:
    changed = {name: value for name, value in (CONTEXT | context).items() if value is not ...}
    return {"msgid": "RECORD-1", "product": 1, "msgtype": 2, "notifytime": 1_793_491_300_000, "context": changed}


def fact(**fields: Any) -> TaskFact:
    told = TaskFact(
        RID, "callback", "RECORD-1", "result", 1_793_491_300_000, "lobby", "mixed", None, 1_793_491_200_000, None, 61.5,
        f"2026/rid_{RID}_lobby.m3u8",
    )  # fmt: skip
    return told._replace(**fields)


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({}, fact()),
        ({"uid": ["77"]}, fact(stream="source", uids=("77",))),
        ({"uid": "77"}, fact(stream="source", uids=("77",))),
        ({"uid": ...}, fact(stream=None)),
        ({"fileaddress": "https://x/a%20b%E4%B8%89.m3u8?Expires=1"}, fact(file="a b三.m3u8")),
        ({"fileaddress": "http://[broken"}, fact(file=None)),
        ({"duration": "long", "starttime": -5}, fact(duration=None, started_ms=None)),
        ({"duration": True, "starttime": "1793491200000"}, fact(duration=None)),
        (
            {"msgname": "other", "fileaddress": ..., "uid": ["0"]},
            fact(kind="stated", stream=None, duration=None, file=None),
        ),
        ({"roomid": 5}, fact(roomid="5")),
    ],
    ids=[
        "a mixed stream",
        "one user's stream",
        "a user that is no list",
        "nobody is named",
        "an address with escapes",
        "an address that is none",
        "a length and a time that are none",
        "true for a length, a time as a text",
        "not of a file",
        "a room that is a number",
    ],
)
def test_what_a_callback_tells(context: dict[str, Any], expected: TaskFact) -> None:
    callback, _ = read_callback(json.dumps(body(**context)).encode())

    assert callback.facts == (expected,)
    assert (callback.msgid, callback.msgtype, callback.recordid) == ("RECORD-1", 2, RID)


def test_a_body_that_tells_of_no_task_is_no_fact() -> None:
    for context in ({"recordid": ...}, {"recordid": "a_b"}, {"recordid": ["x"]}, {"recordid": ""}):
        callback, _ = read_callback(json.dumps(body(**context)).encode())
        assert (callback.recordid, callback.facts) == (None, ())


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*CONTEXT, "context", "msgid"]), inner),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_a_callback_or_is_refused(value: Any) -> None:
    data = json.dumps(value).encode()
    if not isinstance(value, dict):
        with pytest.raises(UnreadableCallback):
            read_callback(data)
        return
    callback, text = read_callback(data)

    assert text.encode() == data
    assert callback.msgid.encode()
    assert all(str(field).encode() for one in callback.facts for field in one)


ONE = json.dumps(body())
ESCAPED = ONE.replace('"', '\\"')
HEX = ONE.replace('"', "\\x22")
SAVED = {
    "a body a line": (f"{ONE}\n\n{ONE}\n", 2),
    "a list in one line": (f"[{ONE},{ONE}]", 2),
    "a body over several lines": (json.dumps(body(), indent=2), 1),
    "a list over several lines": (json.dumps([body(), body()], indent=1), 2),
    "a log of JSON lines with bodies as text": (json.dumps({"status": 200, "request_body": ONE}), 1),
    "a log of JSON lines with bodies as objects": (json.dumps({"request": "x", "body": body()}), 1),
    "a log whose quotes have backslashes": (f'1.2.3.4 - [x] "POST /cb HTTP/1.1" 200 "{ESCAPED}"\n', 1),
    "a log as nginx escapes": (f'1.2.3.4 [01/Nov] "POST /cb" 200 "{HEX}" "agent {{}}"\n1.2.3.4 "GET / HTTP" 404\n', 1),
    "bodies one after the other, as of many files": (ONE + ONE + "\n" + ONE, 3),
    "bodies over several lines, one after the other": (json.dumps(body(), indent=2) * 3, 3),
    "a list that goes on in the next lines": (f"[{ONE},\n{ONE}\n,{ONE}]\n", 3),
    "an entry that holds the request in an object": (json.dumps({"request": {"uri": "/cb", "body": ONE}}), 1),
    "an entry that holds a line of another log": (json.dumps({"log": f'x "POST /cb" 200 "{HEX}"\n', "ts": 1}), 1),
    "entries of other requests": (json.dumps({"request": "GET /", "status": 404, "request_body": ""}) + "\n", 0),
    "an entry whose body goes over several lines": (json.dumps({"body": json.dumps(body(), indent=2)}), 1),
    "a log that begins with a bracket": (f'[01/Nov/2026] "POST /cb" {ONE}\n[{{worker}}] {ONE}\n', 2),
    "a log with a body in its lines, with ends as on Windows": (f"\ufeff{ONE}\r\n{ONE}\r\n", 2),
    "a log with the body as it was": (f"POST /cb {ONE} 200\n", 1),
}  # fmt: skip


@pytest.mark.parametrize(("text", "number"), SAVED.values(), ids=list(SAVED))
def test_callbacks_are_found_in(text: str, number: int) -> None:
    found = list(saved_callbacks(BytesIO(text.encode())))

    assert [one.problem for one in found] == [""] * number
    assert all(read_callback(one.body or b"")[0].facts == (fact(),) for one in found)


# What three formats of the log of nginx 1.22 make of a room called `say "三" \\`, a line break and `x`, and the same
# with escapes in the body.
ROOM = 'say "三" \\\nx'
AS_IT_IS, AS_ESCAPES = (json.dumps(body(roomid=ROOM), ensure_ascii=plain, indent=indent)
                        for plain, indent in ((False, 2), (True, None)))  # fmt: skip


def by_default(text: str) -> str:
    plain = "".join(chr(byte) if 31 < byte < 127 and byte not in b'"\\' else f"\\x{byte:02X}" for byte in text.encode())
    return f'127.0.0.1 - [22/Nov/2026:19:37:08 +0000] "POST /callback/secret HTTP/1.1" 200 "{plain}" "agent"\n'


def as_json(text: str) -> str:
    return f'{{"request":"POST /cb HTTP/1.1","status":200,"request_body":{json.dumps(text, ensure_ascii=False)}}}\n'


def as_escaped_text(text: str) -> str:
    return f'127.0.0.1 "POST /cb HTTP/1.1" 200 {json.dumps(text, ensure_ascii=False)}\n'


@pytest.mark.parametrize("logged", [by_default, as_json, as_escaped_text])
def test_a_log_gives_back_what_it_escaped(logged: Callable[[str], str]) -> None:
    found = list(saved_callbacks(BytesIO((logged(AS_IT_IS) + logged(AS_ESCAPES)).encode())))

    assert [one.body for one in found] == [AS_IT_IS.encode(), AS_ESCAPES.encode()]


def test_a_body_that_was_cut_off_is_told_with_its_line_and_stops_no_other() -> None:
    long = json.dumps(body(), indent=2)
    for cut, problem in [
        (ONE[:50], "not JSON, or truncated"),
        (long[:70], "not JSON, or truncated"),
        (json.dumps({"request": "POST", "request_body": ONE[:50]}), "its body is not a callback, or is truncated"),
        (f"POST /cb {ONE[:50]}", "no callback body in this line"),
        (f"POST /cb {{}} {'{' * 200}", "no callback body in this line"),
        ('{"a":' * 2000, "not JSON, or truncated"),
        ("x" * 5 * 1024 * 1024 + "{", "longer than 4,194,304 bytes"),
    ]:
        first, bad, second, third = saved_callbacks(BytesIO(f"{ONE}\n{cut}\n{ONE}\n\nGET /\n{ONE}\n".encode()))
        assert (first.line, bad.line, bad.body) == (1, 2, None)
        assert bad.problem.endswith(problem)
        assert second.body == third.body == ONE.encode()
        assert third.line - second.line == 3


def test_what_is_no_utf_8_is_refused_as_it_came() -> None:
    (one,) = saved_callbacks(BytesIO(b'{"msgid": "\xff"}'))

    with pytest.raises(UnreadableCallback, match="not UTF-8"):
        read_callback(one.body or b"")


def test_letters_of_other_alphabets_survive_the_escapes_of_a_log() -> None:
    raw = json.dumps(body(roomid="三年"), ensure_ascii=False).encode()
    line = b"POST " + b"".join(b"\\x%02X" % byte if byte > 126 or byte in b'"\\' else bytes([byte]) for byte in raw)
    (one,) = saved_callbacks(BytesIO(line))

    assert read_callback(one.body or b"")[0].facts[0].roomid == "三年"


@given(st.lists(st.text(st.sampled_from('{}[]",:\\x22 msgid\n'), max_size=40), max_size=5))
def test_whatever_stands_in_a_log_is_a_callback_or_a_problem(lines: list[str]) -> None:
    for one in saved_callbacks(BytesIO("\n".join(lines).encode())):
        assert (one.body is None) == bool(one.problem)


def test_a_log_without_bodies_is_told(ossrec: Ossrec, alone: Path) -> None:
    (alone / "access.log").write_text('1.2.3.4 - [x] "POST /callback HTTP/1.1" 200 3\n')
    ran = ossrec("tasks", "replay", "access.log")

    assert ran.code == 0
    assert ran.err == "ossrec: no callbacks in access.log: a log must contain the bodies of its requests\n"


def test_a_scan_may_write_while_callbacks_are_read(alone: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "ossrec", "tasks", "replay", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as replaying:
        assert replaying.stdin is not None
        for number in range(2_000):  # more than a pipe holds
            replaying.stdin.write(json.dumps(body() | {"msgid": str(number)}).encode() + b"\n")
        replaying.stdin.flush()
        with lock_catalog(alone / "ossrec.db"):  # raises if somebody else holds the catalog
            pass
        out, _ = replaying.communicate()

    assert (replaying.returncode, out.splitlines()[0]) == (0, b"2,000 callbacks: 2,000 new, 0 already known")


def test_replaying_twice_only_counts(ossrec: Ossrec, alone: Path) -> None:
    (alone / "saved.jsonl").write_text(f'{ONE}\nPOST {{"x": 1}}\n{{"msgid": "2"}}\n')
    first = ossrec("tasks", "replay", "saved.jsonl", "--format", "json")
    again = ossrec("tasks", "replay", "saved.jsonl", "--format", "json").json

    assert first.code == 3
    assert "not a callback: line 2: no callback body in this line" in first.err
    assert (first.json["new"], first.json["repeats"], first.json["tasks"], first.json["bad"]) == (2, 0, 1, 1)
    assert (again["new"], again["repeats"], again["tasks"]) == (0, 2, 0)
    assert [row["repeats"] for row in rows_of(alone / "ossrec.db", "SELECT repeats FROM callbacks")] == [1, 1]


def _put(catalog: Path, *bodies: dict[str, Any], now: int) -> None:
    with closing(Inbox(catalog)) as inbox:
        for one in bodies:
            inbox.put(one["msgid"], json.dumps(one), now)


def test_an_inbox_taken_twice_counts_nothing_twice(alone: Path, ossrec: Ossrec) -> None:
    catalog = alone / "ossrec.db"
    for _ in range(2):  # as when a run was killed before it had emptied the box
        with closing(Inbox(catalog)) as inbox:
            for _ in range(3):
                inbox.put("m", ONE, 5)
        (alone / "t.csv").write_text("recordid\nother\n")
        ossrec("tasks", "import", "t.csv")

    assert inbox_count(catalog) == 0
    assert rows_of(catalog, "SELECT msgid, repeats FROM callbacks") == [{"msgid": "RECORD-1", "repeats": 2}]


def test_two_that_share_a_msgid_and_say_different_things_are_both_kept(alone: Path, ossrec: Ossrec) -> None:
    first, second = (body(uid=uid, fileaddress=f"http://b.example/rid_{RID}_r__uid_s_{uid}.m3u8") for uid in "ab")
    late = first | {"notifytime": first["notifytime"] + 5}  # sent once more, and says so
    written_otherwise = json.dumps(second, indent=1, sort_keys=True)
    catalog = alone / "ossrec.db"
    for _ in range(2):  # the second time as after a kill that left the inbox full
        _put(catalog, first, second, first, late, now=5)
        (alone / "empty.csv").touch()
        ossrec("tasks", "import", "empty.csv")
    (alone / "saved.json").write_text(f"{json.dumps(second)}\n{written_otherwise}\n{json.dumps(first)}\n")
    again = ossrec("tasks", "replay", "saved.json", "--format", "json").json

    assert (again["new"], again["repeats"], again["tasks"]) == (0, 3, 0)
    kept = rows_of(catalog, "SELECT msgid, repeats, body FROM callbacks ORDER BY id")
    assert [json.loads(row["body"])["context"]["uid"] for row in kept] == ["a", "b"]
    assert kept[0]["msgid"] == "RECORD-1"
    assert re.fullmatch("RECORD-1#[0-9a-f]{16}", kept[1]["msgid"])
    facts = rows_of(catalog, "SELECT identity, uids FROM task_facts ORDER BY id")
    assert facts == [{"identity": row["msgid"], "uids": f'["{uid}"]'} for row, uid in zip(kept, "ab", strict=True)]


def test_callbacks_that_never_stop_coming_hold_nothing_up(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = alone / "ossrec.db"
    _put(catalog, body() | {"msgid": "0"}, now=5)
    keep, rounds = callbacks.store_messages, iter(range(1, 5))

    def keep_while_another_comes(*known: Any, **options: Any) -> Any:
        _put(catalog, body() | {"msgid": str(next(rounds))}, now=5)
        return keep(*known, **options)

    monkeypatch.setattr(callbacks, "store_messages", keep_while_another_comes)
    with closing(open_for_writing(catalog)) as conn:
        assert callbacks.ingest_callbacks(conn, catalog, 6) == 1
    assert inbox_count(catalog) == 1


def test_the_commands_that_read_say_what_waits(alone: Path, ossrec: Ossrec) -> None:
    (alone / "b").mkdir()
    scan(alone / "b", alone / "ossrec.db")
    _put(alone / "ossrec.db", body(), now=5)

    assert "1 callback not yet in the catalog" in ossrec("tasks", "list").err


class Watched(LocalBucket):
    """A folder that notes what is asked of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked: list[str] = []

    def page(self, prefix: str = "", cursor: Cursor = Cursor(""), *, until: str | None = None) -> Page:  # noqa: B008
        self.asked.append(prefix)
        return super().page(prefix, cursor, until=until)

    def read(self, key: str, *, limit: int) -> Any:
        self.asked.append(key)
        return super().read(key, limit=limit)


def test_a_file_that_a_callback_named_is_looked_at_first(alone: Path) -> None:
    for number in (1, 2, 3):
        put_recording(alone / "b", stem(number), 3)
    name = f"{stem(3)}.m3u8"
    told = body(recordid=rid(3), roomid="room", fileaddress=f"http://b.example/{name}", duration=6000)
    gone = body(recordid=rid(9), fileaddress="http://b.example/2026/rid_ff_gone.m3u8") | {"msgid": "gone"}
    _put(alone / "ossrec.db", told, gone, now=int(time.time()))
    bucket = Watched(alone / "b")
    summary = scan(bucket, alone / "ossrec.db")

    assert (summary.new, summary.changed) == (summary.objects, 0)
    assert bucket.asked[:4] == ["2026/rid_ff_gone", stem(3), name, ""]
    assert sorted(bucket.asked[4:]) == [f"{stem(1)}.m3u8", f"{stem(2)}.m3u8"]
    rows = found(alone / "ossrec.db")
    assert [(row["linked"], row["verdict"]) for row in rows][-1] == ("matched", "complete")
    assert rows_of(alone / "ossrec.db", "SELECT msgid, file_found FROM callbacks ORDER BY msgid") == [
        {"msgid": "RECORD-1", "file_found": 1},
        {"msgid": "gone", "file_found": 0},
    ]
