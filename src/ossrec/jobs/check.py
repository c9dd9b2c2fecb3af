"""A check: look at the bytes of segments that are due, and judge their recordings; the work behind `ossrec check`."""

import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from ossrec.catalog.checks import changes_of, finish_check
from ossrec.catalog.due_looks import Cost, Due, Sizes, Wish, cost_of_looks, due_for_look
from ossrec.catalog.opening import open_catalog
from ossrec.catalog.references import one_recording
from ossrec.catalog.wanted import Clock
from ossrec.catalog.writing import transaction
from ossrec.errors import CatalogError, CatalogMissing
from ossrec.jobs.check_report import CheckOptions, CheckState, CheckSummary, Talk
from ossrec.jobs.crew import Crew
from ossrec.jobs.desks import Desks, Opener
from ossrec.jobs.inspecting import BLOCK, HEAD, TAIL
from ossrec.jobs.rounds import Round
from ossrec.jobs.session import held
from ossrec.jobs.stopping import Stop, stop_on_signals

_SIZES = Sizes(HEAD + TAIL, BLOCK)


def check_recordings(catalog: Path, opener: Opener, options: CheckOptions, crew: Crew, talk: Talk) -> CheckSummary:
    """Look at the segments of the recordings that are due, the newest first, and judge these anew.

    *opener* opens a bucket by the name that the catalog has for it. Raises CatalogMissing, CatalogLocked when
    another run writes to the catalog, Interrupted when asked to stop by a signal, UsageProblem when no recording
    goes by a name, and BucketError when no bucket can be read. Whatever is raised, what was seen is kept.
    """
    _look_that_it_is_there(catalog)
    with stop_on_signals(talk.stopping) as stop, held(catalog, stop, wait=options.wait) as conn:
        return look_deeper(conn, opener, options, crew, talk, stop)


def cost_of_check(catalog: Path, options: CheckOptions) -> Cost:
    """About what `check_recordings` would do; nothing is written, and no bucket is asked."""
    with closing(open_catalog(catalog)) as conn:
        wish = _wish(options, time.time())
        return cost_of_looks(conn, _due(conn, options, wish), wish, _SIZES)


def look_deeper(
    conn: sqlite3.Connection, opener: Opener, options: CheckOptions, crew: Crew, talk: Talk, stop: Stop
) -> CheckSummary:
    """As `check_recordings`, on a catalog that is held already."""
    begun = time.monotonic()
    now = time.time()
    wish = _wish(options, now)
    due = _due(conn, options, wish)
    planned = cost_of_looks(conn, due, wish, _SIZES)
    talk.planned(planned)
    desks = Desks(conn, opener, options, stop)
    summary = CheckSummary(options.depth, planned=planned._asdict())

    def watch() -> None:
        done = (summary.recordings, summary.segments, summary.bytes_read, summary.findings)
        talk.progress(CheckState(*done, planned))

    if due:
        crew.expect(*_within(planned, options.budget))
        Round(conn, desks, options, wish, summary).run(due, crew, stop, watch)
    # What was looked at by now is not due again, however short --again is.
    earliest = None if wish.looked_before is None else min(wish.looked_before, int(now))
    wish = wish._replace(looked_before=earliest, looked_until=int(time.time()))
    summary.left = cost_of_looks(conn, _due(conn, options, wish), wish, _SIZES)._asdict()
    summary.buckets = desks.names()
    counts = desks.counts()
    summary.requests = {"list": counts.lists, "get": counts.gets, "retry": counts.retries}
    summary.seconds = round(time.monotonic() - begun, 3)
    runs = [desk.run_id for desk in desks.opened.values()]
    summary.changes = _changes(conn, runs)
    with transaction(conn):
        for run_id in runs:
            finish_check(conn, run_id, int(time.time()), summary.as_dict())
    return summary


def _within(planned: Cost, budget: int | None) -> tuple[int, int]:
    """How many segments and bytes a round looks at, about, with a budget of so many bytes."""
    if budget is None or planned.bytes <= budget:
        return planned.segments, planned.bytes
    return planned.segments * budget // planned.bytes, budget


def _look_that_it_is_there(catalog: Path) -> None:
    """Raises CatalogMissing; whatever else is wrong shows when it is opened for writing."""
    try:
        open_catalog(catalog).close()
    except CatalogMissing:
        raise
    except CatalogError:  # of an older schema, perhaps, which is migrated
        pass


def _wish(options: CheckOptions, now: float) -> Wish:
    looked_before = None if options.again is None else int(now - options.again) + 1
    return Wish(options.depth, looked_before, int(now))


def _due(conn: sqlite3.Connection, options: CheckOptions, wish: Wish) -> list[Due]:
    named = [one_recording(conn, reference) for reference in options.recordings] or None
    clock = Clock(time.time(), options.idle + options.lag)
    return due_for_look(conn, options.wanted, wish, clock, share=options.share, named=named)


def _changes(conn: sqlite3.Connection, runs: Sequence[int]) -> list[str]:
    """Sentences: "3 became damaged"."""
    became: Counter[str] = Counter()
    for run_id in runs:
        for (_, word), number in changes_of(conn, run_id).items():
            became[word] += number
    return [f"{number} became {word}" for word, number in became.most_common()]
