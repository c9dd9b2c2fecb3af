"""Rows of tasks as databases and spreadsheets write them."""

import io
import json
import re
import tracemalloc
from contextlib import suppress
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ossrec.tasks.table_columns import ColumnMapping
from ossrec.tasks.table_fields import TaskFields, read_time, read_zone
from ossrec.tasks.table_readers import UnreadableTable, open_text
from ossrec.tasks.table_rows import TableOptions, TableRow, merge_rows, read_rows

RID = "ba1107310000565164da34f816f842da94d"
HALF = '{"x":"\\ud800"}'
NOON = 1_790_856_000_000  # 2026-10-01T12:00:00Z


def rows(data: str | bytes, kind: str = "csv", mapped: TableOptions = TableOptions()) -> list[TableRow]:  # noqa: B008
    raw = data.encode() if isinstance(data, str) else data
    with open_text(io.BytesIO(raw)) as text:
        return list(read_rows(text, kind, mapped))


def told(**fields: Any) -> TaskFields:
    return TaskFields(**dict.fromkeys(TaskFields._fields) | {"recordid": RID} | fields)


class Case(NamedTuple):
    sentence: str
    data: str | bytes
    expected: Any  # Told, or what a problem says
    kind: str = "csv"


GOOD = [
    Case("a recordid alone is a task", f"recordid\n{RID}\n", told()),
    Case(
        "columns are known by their usual names, in any spelling",
        f"Record_ID,RoomId,stream_type,UIDs,Started At,stop-time\n{RID},lobby,2,a b,2026-10-01T12:00:00Z,1790856060\n",
        told(roomid="lobby", stream="source", uids=("a", "b"), started_ms=NOON, stopped_ms=NOON + 60_000),
    ),
    Case(
        "other columns are kept as JSON, empty ones are not",
        f'recordid,customer,note\n{RID},"acme, 三年",\n',
        told(extra='{"customer":"acme, 三年"}'),
    ),
    Case("a byte order mark is no part of a name", b"\xef\xbb\xbfrecordid\n" + RID.encode() + b"\n", told()),
    Case("lines may end as on Windows", f"recordid,room\r\n{RID},x\r\n", told(roomid="x")),
    Case("a quote within a field is a sign like any", f'recordid,room\n{RID},5" screen\n', told(roomid='5" screen')),
    Case("a quoted quote is one", f'recordid,room\n{RID},"5"" screen"\n', told(roomid='5" screen')),
    Case("semicolons between fields, as spreadsheets write them", f"recordid;uids\n{RID};1,2\n", told(uids=("1", "2"))),
    Case("tabs between fields", f"room\trecordid\nx\t{RID}\n", told(roomid="x")),
    Case("what stands between fields may be told", f"sep=;\r\nrecordid;room\r\n{RID};x\r\n", told(roomid="x")),
    Case("UTF-16 with its mark", f"recordid\troom\r\n{RID}\t三年\r\n".encode("utf-16"), told(roomid="三年")),
    Case("empty lines before, between and after", f"\n\nrecordid,room\n\n{RID},x\n\n \n\n", told(roomid="x")),
    Case("lines of nothing but commas, as spreadsheets end in", f"recordid,room\n{RID},x\n,\n,\n", told(roomid="x")),
    Case("columns without a name", f"recordid,room,,\n{RID},x,,y\n", told(roomid="x", extra='{"column 4":"y"}')),
    Case("a column's name with blanks around it, in capitals", f" RECORDID , Room Name \n{RID},x\n", told(roomid="x")),
    Case("a NUL in what is kept is escaped", f"recordid,note\n{RID},a\0b\n", told(extra='{"note":"a\\u0000b"}')),
    Case("the array of another database", f'recordid;uids\n{RID};{{1,"b"}}\n', told(uids=("1", "b"))),
    Case("users with other signs between them", f"recordid,uids\n{RID},1|2 3; 4\n", told(uids=tuple("1234"))),
    Case("a time without a sign between its parts", f"recordid,started\n{RID},20261001120000\n", told(started_ms=NOON)),
    Case("a day without a sign", f"recordid,started\n{RID},20261001\n", told(started_ms=NOON - 43_200_000)),
    Case("a time without seconds or signs", f"recordid,started\n{RID},202610011200\n", told(started_ms=NOON)),
    Case("a spreadsheet's date", f"recordid,started\n{RID},2026/10/1 12:00\n", told(started_ms=NOON)),
    Case(
        "a spreadsheet's hour of one digit, with seconds and a zone",
        f"recordid,started\n{RID},2026/10/1 9:00:30 -03:00\n",
        told(started_ms=NOON + 30_000),
    ),
    Case("a spreadsheet's whole numbers", f"recordid,uids\n{RID},10266702.0 7\n", told(uids=("10266702", "7"))),
    Case("an array of PostgreSQL that is empty", f"recordid,uids\n{RID},{{}}\n", told()),
    Case("a stop in the last year of all is none", f"recordid,stopped\n{RID},9999-12-31 23:59:59\n", told()),
    Case("so it is in Unix seconds", f"recordid,stopped\n{RID},253402300799\n", told()),
    Case("the infinity of PostgreSQL is no stop", f"recordid,stopped\n{RID},infinity\n", told()),
    Case("what pandas writes for no time", f"recordid,started,stopped\n{RID},NaT,nan\n", told()),
    Case("a zone after a blank", f"recordid,started\n{RID},2026-10-01 20:00:00 +0800\n", told(started_ms=NOON)),
    Case(
        "a zone of hours, and parts of a second",
        f"recordid,started\n{RID},2026-10-01 20:00:00.5+08\n",
        told(started_ms=NOON + 500),
    ),
    Case("NULL in any spelling is nothing", f"recordid,room,started,uids\n{RID},NULL,\\N,null\n", told()),
    Case("the zero date of MySQL is nothing", f"recordid,stopped\n{RID},0000-00-00 00:00:00\n", told()),
    Case("milliseconds are told from seconds", f"recordid,started\n{RID},{NOON}\n", told(started_ms=NOON)),
    Case("a fraction of a second counts", f"recordid,started\n{RID},1790856000.5\n", told(started_ms=NOON + 500)),
    Case("the user 0 is everybody, as the recorder writes it", f"recordid,uids\n{RID},0\n", told()),
    Case("a JSON list of users may stand in a cell", f'recordid,uids\n{RID},"[1, ""b_c""]"\n', told(uids=("1", "b_c"))),
    Case(
        "numbers in JSON are ids",
        json.dumps([{"recordid": RID, "room": 7, "uids": [8, "9"], "extra": {"deep": [1]}}]),
        told(roomid="7", uids=("8", "9"), extra='{"extra":{"deep":[1]}}'),
        "json",
    ),
    Case("JSON lines may be empty between", f'\n{{"recordid": "{RID}"}}\n\n', told(), "jsonl"),
    Case("half of a character is kept escaped", f'{{"recordid":"{RID}","x":"\\ud800"}}', told(extra=HALF), "jsonl"),
]  # fmt: skip


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.sentence)
def test_a_good_row(case: Case) -> None:
    assert [row.fields for row in rows(case.data, case.kind)] == [case.expected]


BAD = [
    Case("no recordid", "recordid,room\n,lobby\n", "no recordid"),
    Case("a recordid that no file name can hold", "recordid\na_b\n", "is not a recordid"),
    Case("too few fields", f"recordid,room\n{RID}\n", "1 fields instead of 2 as in the first line"),
    Case("too many fields", f"recordid\n{RID},x\n", "2 fields instead of 1 as in the first line"),
    Case("a stream that is none", f"recordid,stream\n{RID},3\n", "neither mixed (1) nor source (2)"),
    Case(
        "a time that is none",
        f"recordid,started\n{RID},yesterday\n",
        "is not a time: write 2026-10-01T12:00:00Z",
    ),
    Case("a month that is none", f"recordid,started\n{RID},2026-13-01\n", "is not a time"),
    Case("a time before all recorders", f"recordid,started\n{RID},1969-01-01\n", "between 2010 and 2100"),
    Case("digits that are no Unix time", f"recordid,started\n{RID},123456789\n", "between 2010 and 2100"),
    Case("a start that never comes", f"recordid,started\n{RID},9999-12-31\n", "between 2010 and 2100"),
    Case("an order of day and month that nobody can tell", f"recordid,started\n{RID},1/5/2026 9:00\n", "is not a time"),
    Case("a user that was rounded", f"recordid,uids\n{RID},1.02667E+07\n", "rounded by a spreadsheet"),
    Case(
        "a number beyond measure",
        f'{{"recordid":"x","n":{"9" * 5000}}}',
        "not JSON: a number in it has too many digits",
        "jsonl",
    ),
    Case(
        "the days of a spreadsheet",
        f"recordid,started\n{RID},46296.5\n",
        "is not between 2010 and 2100",
    ),
    Case("a day that is none, without a sign", f"recordid,started\n{RID},20261340\n", "is not between 2010 and 2100"),
    Case("a NUL in an id", f"recordid,room\n{RID},a\0b\n", "contains unprintable characters"),
    Case("half a character in UTF-16", f"recordid,room\n{RID},x".encode("utf-16") + b"\x00\xd8\n\x00", "is not UTF-8"),
    Case("an end before the start", f"recordid,started,stopped\n{RID},1790000001,1790000000\n", "is before started"),
    Case("what is no UTF-8", b"recordid,room\n" + RID.encode() + b",\xff\n", "is not UTF-8: save the file as UTF-8"),
    Case("a control character in an id", f'recordid,room\n{RID},"a\x1b[31m"\n', "contains unprintable characters"),
    Case("an id longer than any", f"recordid,room\n{RID},{'x' * 600}\n", "longer than 512"),
    Case("true for a room", f'{{"recordid":"{RID}","room":true}}', "is not text", "jsonl"),
    Case("a line that is no JSON", "{", "not JSON", "jsonl"),
    Case("a line that is no object", "[1]", "not a JSON object", "jsonl"),
    Case("JSON without a bottom", "[" * 100_000, "too deep", "jsonl"),
    Case("a list that ends in the middle", '[{"recordid":', "the rest of the file cannot be read", "json"),
    Case("a list without a comma", f'[{{"recordid":"{RID}"}} 1]', "a comma is missing here", "json"),
    Case("a list of numbers", "[1]", "not a JSON object", "json"),
]


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.sentence)
def test_a_bad_row_says_what_is_wrong(case: Case) -> None:
    last = rows(case.data, case.kind)[-1]

    assert last.fields is None
    assert case.expected in last.problem
    assert last.problem.isascii()
    assert "\n" not in last.problem


def test_a_bad_row_has_its_line_and_stops_no_other() -> None:
    data = f'recordid,room\n\n{RID},"two\nlines"\n{RID}1,x,y\n{RID}2,ok\n'

    assert [(row.line, row.fields is None) for row in rows(data)] == [(3, True), (5, True), (6, False)]


def test_an_open_quote_is_told_with_all_the_lines_that_it_takes_along() -> None:
    (good, bad) = rows('recordid,note\na,x\nb,"open\nc,y\nd,z\n')
    assert good.fields is not None
    assert bad == TableRow(3, None, "not CSV: unexpected end of data, up to line 5: is a quote not closed?")


def test_a_quote_that_the_next_one_closes_by_chance_is_a_bad_row_and_the_rest_is_read() -> None:
    first, last = rows('recordid,note\na,"open\nb,"x"\nc,y\n')
    assert first == TableRow(2, None, "not CSV: ',' expected after '\"', up to line 3: is a quote not closed?")
    assert last.fields is not None
    assert last.fields.recordid == "c"


@pytest.mark.parametrize("quote", ["", '"'], ids=["plain", "quoted"])
def test_a_line_beyond_measure_is_a_bad_row_and_is_not_held(quote: str) -> None:
    data = f"recordid,note\na,x\nb,{quote}{'y,' * 25_000_000}{quote}\nc,z\n".encode()
    tracemalloc.start()
    try:
        first, long, last = rows(data)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (first.line, long.line, last.line) == (2, 3, 4)
    assert long.problem == "longer than 1,048,576 characters"
    assert last.fields is not None
    assert most < 20_000_000


def test_an_encoding_may_be_named() -> None:
    with open_text(io.BytesIO(f"recordid,room\n{RID},三年\n".encode("gb18030")), "gb18030") as text:
        (row,) = read_rows(text, "csv", TableOptions())
    assert row.fields == told(roomid="三年")


def test_what_stands_between_fields_is_not_guessed_when_it_is_told() -> None:
    with open_text(io.BytesIO(f"recordid;room\n{RID};x\n".encode())) as text, pytest.raises(UnreadableTable):
        list(read_rows(text, "csv", TableOptions(), (",",)))


def test_a_json_value_has_the_line_that_it_begins_on() -> None:
    data = f'[\n\n{{"recordid":\n"{RID}"}},\n{{"x": 1}}\n]'

    assert [row.line for row in rows(data, "json")] == [3, 5]


@pytest.mark.parametrize(
    ("data", "kind", "said"),
    [
        ("room,started\nx,1\n", "csv", "no column for the recordid: give it with --map recordid=COLUMN"),
        ("recordid,room\n".encode("utf-16-le"), "csv", "NUL characters: if it is UTF-16, add --encoding utf-16-le"),
        (f"recordid,{'x' * 2_000_000}\n", "csv", "its first line cannot be read: longer than 1,048,576 characters"),
        ("recordid,room,room\n", "csv", "two columns are called 'room'"),
        ('{"recordid": "x"}', "json", "not a JSON list of objects"),
        ("", "csv", "it has no rows: did the export fail?"),
        ("recordid,room\n\n,\n", "csv", "it has no rows, only a header"),
        ("\n", "jsonl", "it has no rows"),
        ("[]", "json", "it has no rows"),
        ("recordid#room\nx#y\n", "csv", "or give the delimiter with --delimiter; its columns are 'recordid#room'"),
        (b"PK\x03\x04\x14\0", "csv", "save it as CSV in UTF-8"),
        (b"\x1f\x8b\x08\0", "csv", "this file is compressed"),
    ],
    ids=[
        "no recordid among the columns",
        "UTF-16 without its mark",
        "a first line beyond measure",
        "a column twice",
        "one object instead of a list",
        "nothing",
        "a first line alone",
        "an empty line of JSON",
        "an empty list",
        "another sign between the fields",
        "the own format of a spreadsheet",
        "a compressed file",
    ],
)  # fmt: skip
def test_a_file_of_which_nothing_can_be_made(data: str | bytes, kind: str, said: str) -> None:
    with pytest.raises(UnreadableTable, match=r"^[^\n]*$") as caught:
        rows(data, kind)
    assert said in str(caught.value)


def test_columns_may_be_named() -> None:
    mapped = TableOptions({"recordid": "id", "roomid": "klass", "started": ""})
    (row,) = rows(f"id,klass,room,start\n{RID},a,b,rubbish\n", mapped=mapped)

    assert row.fields == told(roomid="a", extra='{"room":"b","start":"rubbish"}')


def test_a_named_column_that_is_not_there_is_told() -> None:
    with pytest.raises(UnreadableTable, match="no column 'klass'"):
        rows(f"recordid\n{RID}\n", mapped=TableOptions({"roomid": "klass"}))


@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_a_named_column_that_no_row_of_json_has_is_told_when_all_are_read(kind: str) -> None:
    many = [json.dumps({"recordid": RID, "ended_at": "2026-10-01T12:00:00Z"}), json.dumps({"recordid": "b", "x": 1})]
    data = "\n".join(many) if kind == "jsonl" else f"[{','.join(many)}]"
    assert len(rows(data, kind, TableOptions({"stopped": "ended_at", "roomid": ""}))) == 2

    with pytest.raises(
        UnreadableTable, match=r"^no row has a column 'ended_att'; the columns are 'recordid', 'ended_at', 'x'$"
    ):
        rows(data, kind, TableOptions({"stopped": "ended_att"}))


def test_what_the_columns_were_taken_for_is_known() -> None:
    understood = ColumnMapping()
    text = io.StringIO(f"Record_ID,room_id,begin_at,finish_time,uid_list,recordid,user\n{RID},a,,,u,x,y\n")
    (row,) = read_rows(text, "csv", TableOptions({"stopped": ""}), mapping=understood)

    assert row.fields == told(roomid="a", uids=("y",), extra='{"uid_list":"u","recordid":"x"}')
    assert understood.taken == {
        "recordid": ["Record_ID"], "roomid": ["room_id"], "uids": ["user"], "started": ["begin_at"],
    }  # fmt: skip
    assert understood.ignored == {"recordid": ["recordid"], "uids": ["uid_list"]}
    assert understood.missing == ["stream", "stopped"]


def test_rows_of_json_may_have_other_columns_each() -> None:
    understood = ColumnMapping()
    data = f'{{"recordid":"{RID}","start":1}}\n{{"record_id":"b","begin":"2026-10-01","room":"x"}}\n'
    first, second = read_rows(io.StringIO(data), "jsonl", TableOptions(), mapping=understood)

    assert first.fields is None
    assert second.fields == TaskFields("b", "x", None, None, NOON - 43_200_000, None, None)
    assert understood.taken == {
        "recordid": ["recordid", "record_id"], "started": ["start", "begin"], "roomid": ["room"],
    }  # fmt: skip
    assert (understood.ignored, understood.missing) == ({}, ["stream", "uids", "stopped"])


@pytest.mark.parametrize("name", ["+08:00", "+8", "UTC+08:00", "+0800", "Asia/Shanghai"])
def test_a_zone_has_a_name_or_hours(name: str) -> None:
    assert read_time("started", "2026-10-01 20:00:00", read_zone(name)) == NOON


@pytest.mark.parametrize("name", ["", "Mars", "+15:00", "8", "+8:99"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(name)}$"):
        read_zone(name)


def test_a_time_without_a_zone_is_of_the_zone_that_was_named() -> None:
    assert read_time("started", "2026-10-01 20:00:00", ZoneInfo("Asia/Shanghai")) == NOON
    assert read_time("started", "2026/10/01 12:00") == NOON
    assert read_time("started", "2026-10-01T14:00:00+02:00", ZoneInfo("Asia/Shanghai")) == NOON


def test_a_long_list_is_read_piece_by_piece() -> None:
    many = [{"recordid": f"{number:032x}", "note": "x" * 100} for number in range(20_000)]

    assert sum(row.fields is not None for row in rows(json.dumps(many, indent=1), "json")) == 20_000


def test_rows_of_one_task_are_taken_together() -> None:
    first = TableRow(2, told(roomid="a", uids=("u1",), started_ms=5, stopped_ms=9, extra='{"n":1}'))
    second = TableRow(3, told(uids=("u2", "u1"), started_ms=4, stopped_ms=10, extra='{"n":2}'))
    stranger = TableRow(4, told(roomid="b", uids=("u3",)))
    merged, problems = merge_rows([first, second, stranger])

    assert merged == told(roomid="a", uids=("u1", "u2"), started_ms=4, stopped_ms=10, extra='[{"n":1},{"n":2}]')
    assert [row.line for row in problems] == [4]
    assert "has roomid 'b' here and 'a' on line 2" in problems[0].problem


def test_a_task_of_which_one_user_is_still_there_has_not_stopped() -> None:
    merged, _ = merge_rows([TableRow(2, told(stopped_ms=9)), TableRow(3, told())])

    assert merged.stopped_ms is None


CELLS = st.text(st.sampled_from(',"\n\r\\{}[]0129:T-Z \x00é\ud800'), max_size=12)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6), st.sampled_from(["csv", "json", "jsonl"]))
def test_whatever_stands_in_a_file_each_row_is_good_or_bad(lines: list[list[str]], kind: str) -> None:
    text = "recordid,room,started,uids\n" if kind == "csv" else "[" if kind == "json" else ""
    text += "\n".join(",".join(cells) for cells in lines)

    each: list[TableRow] = []
    with suppress(UnreadableTable):  # when there are none
        each = rows(text.encode("utf-8", "surrogatepass"), kind)
    for row in each:
        assert (row.fields is None) == bool(row.problem)


def test_rows_in_another_order_say_the_same() -> None:
    rows = [
        TableRow(n, told(uids=(uid,), extra=f'{{"user":"{uid}"}}')) for n, uid in enumerate(("ben", "anna", "cem"), 2)
    ]

    assert merge_rows(rows)[0] == merge_rows(rows[::-1])[0]
