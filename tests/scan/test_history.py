"""After any history of changes and scans, the catalog has the same content as after a first scan."""

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from ossrec.errors import BucketBusy
from tests.scan.bucket_maker import DAY, PACKET, playlist, segment, stem
from tests.scan.memory_bucket import MemoryBucket, Stored
from tests.scan.scanning import ONCE, content, is_intact, scan

A, B, USER = stem(1, "a"), stem(2, "b"), stem(1, "a", "7")
BAK = f"2026/bak0_{A.removeprefix('2026/')}"
NAMED = {  # what playlists name, each a recording's own or nobody's
    f"{A}.m3u8": [*(segment(A, number) for number in range(4)), "2026/plain0.ts", f"{A}_part-x.ts"],
    f"{A}_123456789_1.m3u8": [segment(A, number) for number in range(5)],
    f"{BAK}.m3u8": [segment(BAK, number) for number in range(2)],
    f"{B}.m3u8": [f"{B}/0.ts", f"{B}/1.ts", "media/plain1.ts", "2026/plain0.ts"],
    f"{USER}.m3u8": [segment(USER, number) for number in range(3)],
}
LOOSE = sorted({key for keys in NAMED.values() for key in keys} | {f"{A}_part-y.ts", f"{B}-z.ts", "2026/other.txt"})


class State(NamedTuple):
    """The bucket at one time, and how it is scanned then."""

    objects: dict[str, Stored]
    prefix: str
    page: int
    breaks_after: int | None


@st.composite
def histories(draw: st.DrawFn) -> list[State]:
    """Segments are added, changed and deleted; playlists are added and changed only."""
    playlists: dict[str, Stored] = {}
    history = []
    for moment in range(draw(st.integers(1, 4))):
        for key in draw(st.lists(st.sampled_from(sorted(NAMED)), max_size=3, unique=True)):
            names = NAMED[key][: draw(st.integers(0, len(NAMED[key])))]
            text = playlist(names, ended=draw(st.booleans())).replace("media/", "/media/")
            playlists[key] = Stored(text.encode(), DAY + moment)
        there = draw(st.sets(st.sampled_from(LOOSE)))
        sizes = draw(st.lists(st.sampled_from([188, 188, 376, 0, 100]), min_size=len(there), max_size=len(there)))
        loose = {key: Stored(PACKET[:1] * size, DAY) for key, size in zip(sorted(there), sizes, strict=True)}
        prefix = draw(st.sampled_from(["", "", "2026/", "2026/rid", A]))
        history.append(
            State(playlists | loose, prefix, draw(st.integers(1, 9)), draw(st.one_of(st.none(), st.integers(0, 3))))
        )
    return history


@settings(max_examples=40)
@given(histories())
def test_a_catalog_does_not_depend_on_how_it_came_about(history: list[State]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        grown, fresh = Path(folder) / "grown.db", Path(folder) / "fresh.db"
        for state in history:
            bucket = MemoryBucket(state.objects, size=state.page)
            bucket.fails_after = state.breaks_after
            with suppress(BucketBusy):
                scan(bucket, grown, prefix=state.prefix, retry=ONCE, threads=2)
        bucket.fails_after = None
        scan(bucket, grown, threads=2, fresh=True)
        scan(bucket, fresh, threads=2)
        assert is_intact(grown)
        assert _present(grown) == _present(fresh)


def _present(catalog: Path) -> dict[str, list[Any]]:
    """Return the content of a catalog about existing objects, except for the columns that depend on earlier scans."""
    known = content(catalog)
    recordings = [_without_history(row) for row in known["recordings"] if "gone" not in row]
    return {
        "objects": [row for row in known["objects"] if not row[-1]],
        "recordings": recordings,
        "findings": [
            row for row in known["findings"] if row[2] != "LST281" and row[0] in {one[0] for one in recordings}
        ],
        "segments": known["segments"],
    }


def _without_history(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A recording is flawed if its playlist lists fewer segments than before; nothing else depends on earlier scans."""
    reasons = row[-2].replace('"LST281", ', "").replace(', "LST281"', "").replace('"LST281"', "")
    verdict = "complete" if reasons == "[]" else row[-4]
    return (*row[:-4], verdict, row[-3], reasons, row[-1])
