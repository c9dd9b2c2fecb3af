"""Every fixture is rebuilt, or refused in one line, and the rebuilt playlists are valid."""

from pathlib import Path

import pytest

from ossrec.hls.parser.parse import read_playlist
from ossrec.jobs.rebuild.rebuild import RebuiltPlaylist
from tests.rebuild.rebuilding import Bench

NAMES = sorted(path.stem for path in (Path(__file__).parents[2] / "fixtures" / "expected").glob("*.json"))

# What a playlist is rebuilt for: none of it may be left.
MENDED = frozenset(
    {
        *("HLS021", "HLS030", "HLS031", "HLS032", "HLS070", "HLS071", "HLS072", "HLS080", "HLS081", "HLS082", "HLS090"),
        *("HLS100", "HLS101", "HLS102", "HLS103", "HLS120", "HLS121", "HLS130", "HLS131", "HLS150", "HLS151", "HLS152"),
        *("HLS153", "HLS160", "HLS161", "HLS162", "HLS177", "HLS178", "HLS240", "HLS241", "HLS250"),
        *("LST260", "LST261", "LST263", "LST270", "LST271", "LST272", "LST300"),
        *("TS310", "TS353", "TS380", "TS390", "TS420"),
    }
)
REFUSED = {
    "astronomy": "is a master playlist",
    "silence": "nothing to rebuild",
    "physics": "can be played",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_fixture_is_rebuilt_or_refused(name: str, tmp_path: Path) -> None:
    bench = Bench.of(name, tmp_path)
    for path, made in bench.rebuild_all().items():
        if isinstance(made, str):
            room = next(room for room in REFUSED if room in path)
            assert REFUSED[room] in made
            assert "\n" not in made
            continue
        assert {finding.code for finding in made.remaining} & MENDED == set(), path
        assert not made.failures
        assert made.playlist.ended
        original = bench.bucket / made.key
        if made.originals == 1:
            assert (original.read_bytes() == made.data) == (not made.changes)
            assert _tags(made.data) >= _tags(original.read_bytes())
        original.write_bytes(made.data)
    bench.scan()
    for path, again in bench.rebuild_all().items():
        is_joined = "bak0_" in str(again)  # the other part is still there, and is appended again
        if isinstance(again, RebuiltPlaylist) and not is_joined:
            assert again.changes == {}, path


def _tags(data: bytes) -> set[str]:
    """Private tags, all of which must be kept."""
    return {line for line in read_playlist(data).lines if "AGORA" in line}
