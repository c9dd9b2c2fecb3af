"""Convert inspections to rows of the catalog, and back."""

import json
from collections.abc import Iterable, Sequence
from math import isfinite

from ossrec.catalog.store.inspections import FormatRow, FormatTable, StoredInspection
from ossrec.mpegts.inspection import CounterEnds, Inspection, SegmentFault, StreamFormat, StreamSummary
from ossrec.rules import RULES

_FLAGS = ("declared", "has_payload", "repeated", "continued")  # of a counter, stored as the bits of one number

_ALWAYS = StreamSummary._fields.index("written_end")  # fields of a stream that are always stored

Identity = tuple[int, str, bytes]  # stem_id, suffix, etag


def inspection_row(
    identity: Identity, inspection: Inspection, inspected: int, formats: FormatTable
) -> StoredInspection:
    """Return the row of an inspection; call it in a transaction. *inspected* is in epoch seconds."""
    numbers = [formats.number(_format_row(stream.format)) for stream in inspection.streams]
    streams = [
        (one.pid, number, *one[2:_ALWAYS], *((one.written_end,) if one.written_end is not None else ()))
        for one, number in zip(inspection.streams, numbers, strict=True)
    ]
    duration = inspection.duration
    return StoredInspection(
        *identity,
        depth=inspection.depth,
        inspected=inspected,
        failure=None,
        detail=None,
        bytes_read=inspection.read,
        packet_size=inspection.packet_size,
        packets=inspection.packets,
        first_pts=inspection.start_pts,
        duration_ms=None if duration is None else round(duration * 1000),
        video=_first_number(inspection, numbers, "video"),
        audio=_first_number(inspection, numbers, "audio"),
        streams=_to_json(streams),
        counters=_to_json([[c.pid, c.first, c.last, _flags(c)] for c in inspection.counters]),
        faults=_to_json(inspection.faults) if inspection.faults else None,
    )


def failure_row(
    identity: Identity, depth: str, inspected: int, failure: tuple[str, str], bytes_read: int = 0
) -> StoredInspection:
    """Return the row of a segment that could not be inspected; *failure* is a code and a detail."""
    return StoredInspection(*identity, depth, inspected, *failure, bytes_read)


def inspection_from_row(row: StoredInspection, size: int, formats: FormatTable) -> Inspection | None:
    """Return the inspection in a row, None if the row has values that ossrec does not write; *size* is in bytes."""
    try:
        return Inspection(
            depth="full" if row.depth == "full" else "edges",
            size=size,
            read=row.bytes_read,
            packet_size=row.packet_size,
            packets=row.packets or 0,
            streams=tuple(_stream(formats, *stream) for stream in json.loads(row.streams or "[]")),
            counters=tuple(_counter(*counter) for counter in json.loads(row.counters or "[]")),
            faults=tuple(_fault(*fault) for fault in json.loads(row.faults or "[]")),
        )
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def _first_number(inspection: Inspection, numbers: list[int], kind: str) -> int | None:
    kinds = [stream.format.kind for stream in inspection.streams]
    return numbers[kinds.index(kind)] if kind in kinds else None


def _format_row(stream_format: StreamFormat) -> FormatRow:
    return FormatRow._make(stream_format)._replace(kind=str(stream_format.kind))


def _stream(formats: FormatTable, pid: int, number: int, *rest: int | bool | None) -> StreamSummary:
    if not all(value is None or isinstance(value, int) for value in (pid, *rest)):
        raise ValueError("a stream has integers only")
    return StreamSummary(pid, StreamFormat(*formats.content(number)), *rest)  # type: ignore[arg-type]


def _fault(code: str, detail: str, *rest: float | None) -> SegmentFault:
    if code not in RULES or not isinstance(detail, str):
        raise ValueError("a fault has a code and a text")
    if not all(value is None or (isinstance(value, int | float) and isfinite(value)) for value in rest):
        raise ValueError("a position has numbers only")
    return SegmentFault(code, detail, *rest)  # type: ignore[arg-type]


def _flags(counter: CounterEnds) -> int:
    return sum(bool(getattr(counter, name)) << bit for bit, name in enumerate(_FLAGS))


def _counter(pid: int, first: int, last: int, flags: int) -> CounterEnds:
    if not all(isinstance(value, int) for value in (pid, first, last)):
        raise ValueError("a counter has integers only")
    return CounterEnds(pid, first, last, **{name: bool(flags >> bit & 1) for bit, name in enumerate(_FLAGS)})


def _to_json(rows: Iterable[Sequence[object]]) -> str:
    return json.dumps([list(row) for row in rows], ensure_ascii=False, separators=(",", ":"))
