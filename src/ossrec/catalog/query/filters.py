"""Filters of recordings, and the SQL that follows from them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ossrec.catalog.key_ranges import successor

LONG_MS = 86_400_000  # few recordings last longer; the index `recordings_long` has them

# A stored `recording` reads as `unfinished` when nothing has arrived for the idle time plus the upload lag.
_QUIET = "coalesce(last_arrival, 0) < :quiet_before"
_LIVE = f"(verdict = 'recording' AND NOT {_QUIET})"
VERDICT = f"CASE WHEN verdict = 'recording' AND {_QUIET} THEN 'unfinished' ELSE verdict END"

_COLUMNS = {"room": "roomid", "uid": "uid", "recordid": "recordid", "stream": "stream"}
_IN_NAME = "(instr(path, :{0}) OR instr(playlist, :{0}))"
_UNTIL_NOW = f"{_LIVE} AND :since <= :now"
_LASTS = f"ended_ms - started_ms > {LONG_MS} AND ended_ms > :since"
_RECENT = f"started_ms >= :since - {LONG_MS} AND (ended_ms > :since OR started_ms >= :since OR {_UNTIL_NOW})"
_LONG = f"{_LASTS} AND started_ms < :since - {LONG_MS}"
_STILL = f"{_UNTIL_NOW} AND started_ms < :since - {LONG_MS} AND NOT coalesce({_LASTS}, 0)"


class RecordingFilter(NamedTuple):
    """Conditions on recordings; None sets no condition. Times are Unix milliseconds."""

    room: str | None = None
    uid: str | None = None
    recordid: str | None = None
    verdicts: tuple[str, ...] = ()
    since: int | None = None  # with `until`: recordings that overlap [since, until)
    until: int | None = None
    stream: str | None = None  # "mixed" or "source"
    bucket: str | None = None  # as the catalog names it
    prefix: str = ""  # of the path in the bucket
    limit: int | None = None


class QueryTime(NamedTuple):
    """The time of a query, and the silence after which a recording has ended. Both in seconds, *now* since 1970."""

    now: float
    quiet_after: float  # idle time plus upload lag


class Query(NamedTuple):
    """SQL after FROM, as parts that select disjoint rows, and the values bound in it.

    A time range without a start needs one part. A range with a start needs three, because a recording that started
    earlier may last into it: most are found by a start at most a day before the range, the few that last longer
    through an index of their own, and those that are still running by their verdict.
    """

    parts: tuple[str, ...]
    values: dict[str, Any]


def build_query(wanted: RecordingFilter, bucket_ids: Sequence[int] | None, clock: QueryTime) -> Query:
    """Return the query for *wanted* in the buckets *bucket_ids*, None for all buckets."""
    clauses = [f"{_COLUMNS[name]} = :{name}" for name in _given(wanted, "room", "uid", "recordid")]
    if wanted.stream is not None:
        clauses.append("stream = :stream")
    return _complete(wanted, clauses, bucket_ids, clock)


def ambiguous_query(wanted: RecordingFilter, bucket_ids: Sequence[int] | None, clock: QueryTime) -> Query | None:
    """Return a query for recordings whose ambiguous name may match *wanted* by another reading than the stored one.

    None without a room or uid, because other readings do not matter then. The caller must check which of the rows
    really have such a reading.
    """
    named = _given(wanted, "room", "uid")
    if not named:
        return None
    stored = [f"{_COLUMNS[name]} IS :{name}" for name in _given(wanted, "room", "uid", "stream")]
    clauses = ["ambiguous", *(_IN_NAME.format(name) for name in named), f"NOT ({' AND '.join(stored)})"]
    if wanted.recordid is not None:
        clauses.append("recordid = :recordid")
    return _complete(wanted, clauses, bucket_ids, clock, "recordings INDEXED BY recordings_ambiguous")


def _given(wanted: RecordingFilter, *names: str) -> list[str]:
    return [name for name in names if getattr(wanted, name) is not None]


def _complete(
    wanted: RecordingFilter,
    clauses: list[str],
    bucket_ids: Sequence[int] | None,
    clock: QueryTime,
    table: str = "recordings",
) -> Query:
    """Add the other conditions of *wanted*; a unary plus keeps SQLite from choosing the index of a weak condition."""
    values: dict[str, Any] = {
        **wanted._asdict(),
        "quiet_before": clock.now - clock.quiet_after,
        "now": clock.now * 1000,
    }
    del values["verdicts"]
    by_name = bool(_given(wanted, "room", "uid", "recordid"))
    by_path = not by_name and bool(wanted.prefix) and wanted.since is None and wanted.until is None
    if wanted.verdicts:
        clauses += _verdict_clauses(wanted.verdicts, "+" if by_name or by_path else "", values)
    if bucket_ids is not None:
        # IN () would be false at compile time, and SQLite then rejects the INDEXED BY of a part.
        marks = [f":bucket{number}" for number in bucket_ids] or ["NULL"]
        values |= {f"bucket{number}": number for number in bucket_ids}
        clauses.append(f"{'' if by_path else '+'}bucket_id IN ({', '.join(marks)})")
    if wanted.prefix:
        clauses += _prefix_clauses(wanted.prefix, "" if by_path else "+", values)
    if wanted.until is not None:
        clauses.append("started_ms < :until")
    if wanted.since is None:
        return Query((f"{table} WHERE {' AND '.join(clauses) or '1'}",), values)
    long = table if by_name else "recordings INDEXED BY recordings_long"
    parts = ((table, _RECENT), (long, _LONG), (table, _STILL))
    return Query(tuple(f"{name} WHERE {' AND '.join([*clauses, times])}" for name, times in parts), values)


def _prefix_clauses(prefix: str, plus: str, values: dict[str, Any]) -> list[str]:
    end = successor(prefix)
    if end is None:
        return [f"{plus}path >= :prefix"]
    values["prefix_end"] = end
    return [f"{plus}path >= :prefix", f"{plus}path < :prefix_end"]


def _verdict_clauses(verdicts: Sequence[str], plus: str, values: dict[str, Any]) -> list[str]:
    """Return conditions for verdicts as of now: an `unfinished` recording may still be stored as `recording`."""
    stored = set(verdicts) | ({"recording"} if "unfinished" in verdicts else set())
    values |= {f"verdict{number}": word for number, word in enumerate(sorted(stored))}
    marks = ", ".join(f":verdict{number}" for number in range(len(stored)))
    clauses = [f"{plus}verdict IN ({marks})"]
    if ("unfinished" in verdicts) != ("recording" in verdicts):
        negation = "" if "unfinished" in verdicts else "NOT "
        clauses.append(f"(verdict <> 'recording' OR {negation}{_QUIET})")
    return clauses
