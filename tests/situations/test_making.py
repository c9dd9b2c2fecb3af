"""The comparison of a rebuilt playlist with ffmpeg notices what it is for."""

from pathlib import Path

import pytest

from ossrec.hls.parser.parse import read_playlist
from ossrec.jobs.rebuild.rebuild import RebuiltPlaylist
from tests.check.run_check import slice_of
from tests.situations import making
from tests.situations.making import Situation, assert_rebuilt_plays, objects_of, recording

CAMERA = [(slice_of("camera", 0), 2.08), (slice_of("camera", 1), 2.32), (slice_of("camera", 2), 2.0)]
VOICE = [(slice_of("voice", 0), 2.048), (slice_of("voice", 1), 1.984)]


@pytest.mark.parametrize(("media", "folder"), [(CAMERA, ""), (VOICE, "a b/100% é")], ids=["video", "audio"])
def test_an_intact_recording_plays(media: list[tuple[bytes, float]], folder: str, tmp_path: Path) -> None:
    situation = Situation(tmp_path, objects_of(recording(media, folder=folder)))
    assert situation.verdict() == "complete"
    assert_rebuilt_plays(situation, segments=len(media), max_extinf=2.4)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param(b"EXTINF:2.32", b"EXTINF:3.32", "lasts 7.400 s, but 6.4", id="too long"),
        pytest.param(b"EXTINF:2.32", b"EXTINF:1.32", "lasts 5.400 s, but 6.4", id="too short"),
        pytest.param(b"#EXT-X-ENDLIST", b"#EXTINF:2.08\n%s", "named twice", id="a segment twice"),
    ],
)
def test_a_wrong_playlist_is_noticed(
    old: bytes, new: bytes, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = recording(CAMERA)
    situation = Situation(tmp_path, objects_of(some))
    made = situation.rebuild()
    wrong = made.data.replace(old, new.replace(b"%s", some.segments[0].uri.encode()))

    def rebuild_wrongly(*_: object, **__: object) -> RebuiltPlaylist:
        return made._replace(data=wrong, playlist=read_playlist(wrong))

    monkeypatch.setattr(making.Situation, "rebuild", rebuild_wrongly)
    with pytest.raises(AssertionError, match=words):
        assert_rebuilt_plays(situation)
