"""Corrected playlists are valid, and correcting them again changes nothing, for arbitrary broken playlists."""

from contextlib import suppress
from random import Random

from ossrec.hls.edit.header_and_end import correct_header_and_end
from ossrec.hls.edit.join import NotJoinable, join
from ossrec.hls.edit.plan import PlannedSegment
from ossrec.hls.edit.relocate import relocate
from ossrec.hls.edit.segments import rewrite_segments
from ossrec.hls.parser.parse import read_playlist
from ossrec.hls.playlist import Playlist
from tests.hls.edit.test_frames import SETTLED
from tests.hls.fuzz import mutants

SEED = 11


def pieces_of(playlist: Playlist, random: Random) -> list[PlannedSegment]:
    """Every segment as it is, some with something to mend, and some more."""
    made = []
    is_mixed = any(finding.code == "HLS061" for finding in playlist.findings)  # nothing is put into such
    for segment in playlist.segments:
        if random.random() < 0.1 and not is_mixed:
            made.append(PlannedSegment("new.ts", None, 4.5, jumps=random.random() < 0.5))
        seconds = 6.0 if random.random() < 0.8 else None
        made.append(
            PlannedSegment(segment.uri, segment.number, seconds, is_there=not segment.gap, jumps=random.random() < 0.2)
        )
    return made


def test_broken_playlists_are_rewritten() -> None:
    random = Random(SEED)
    count = 0
    for data in mutants(1500, SEED):
        playlist = read_playlist(data)
        if playlist.kind != "media":
            continue
        count += 1
        pieces = pieces_of(playlist, random)
        made = correct_header_and_end(rewrite_segments(data, playlist, pieces).data, is_over=True)
        read = read_playlist(made.data)
        assert [segment.uri for segment in read.segments] == [piece.uri for piece in pieces]
        assert not {finding.code for finding in read.findings} & SETTLED
        assert correct_header_and_end(made.data, is_over=True).changes == {}
        assert relocate(made.data, lambda _: None) == made.data
        with suppress(NotJoinable):
            joined = read_playlist(correct_header_and_end(join([made.data, made.data]).data, is_over=True).data)
            assert len(joined.segments) == 2 * len(pieces)
    assert count > 700
