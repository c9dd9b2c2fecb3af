"""Checks that need the whole playlist: what is missing, what repeats, what does not add up."""

from ossrec.hls.collector import FindingCollector, excerpt
from ossrec.hls.parser.state import ParserState
from ossrec.hls.parser.tags import UNINTERPRETED
from ossrec.hls.playlist import Kind, Segment


def check_whole_playlist(reading: ParserState, kind: Kind) -> None:
    """Every check on a playlist that was read to its end."""
    _note_habits(reading)
    if kind != "media":
        return
    _check_header(reading)
    _check_features(reading)
    _check_end(reading)
    if reading.target_duration:
        _check_durations(reading.segments, reading.target_duration, reading.notes)
    _check_repeats(reading.segments, reading.notes)
    _check_clock(reading.segments, reading.notes)


def _note_habits(reading: ParserState) -> None:
    """One finding for each thing that was only counted."""
    for code, lines in reading.habits.items():
        reading.notes.add(code, f"on {len(lines)} lines" if len(lines) > 1 else "", lines[0])
    for tag, (count, line) in reading.unknown.items():
        private = tag.startswith("#EXT-X-") and tag not in UNINTERPRETED
        times = f", {count} times" if count > 1 else ""
        reading.notes.add("HLS041" if private else "HLS040", f"{tag}{times}", line)


def _check_header(reading: ParserState) -> None:
    """Rules 8, 10 and 13."""
    if "#EXT-X-TARGETDURATION" not in reading.seen:
        reading.notes.add("HLS080")
    if reading.ended and (reading.media_sequence or 0) > 1:
        reading.notes.add("HLS103", f"it starts at {reading.media_sequence}", reading.seen["#EXT-X-MEDIA-SEQUENCE"])
    if not reading.ended:
        reading.notes.add("HLS130")


def _check_features(reading: ParserState) -> None:
    """Rule 7: no tag at all means version 1; a malformed one says nothing."""
    if "#EXT-X-VERSION" in reading.seen and reading.version is None:
        return
    version = reading.version or 1
    for feature, (needed, line) in _features(reading).items():
        if needed > version:
            reading.notes.add("HLS072", f"{feature} needs version {needed}, it is {version}", line)


def version_needed(reading: ParserState) -> int:
    """The lowest EXT-X-VERSION that everything in use allows."""
    return max((needed for needed, _ in _features(reading).values()), default=1)


def _features(reading: ParserState) -> dict[str, tuple[int, int]]:
    """What is in use, with the version it needs and its first line."""
    features = dict(reading.features)
    if "EXT-X-MAP" in features and "EXT-X-I-FRAMES-ONLY" in features:
        features["EXT-X-MAP"] = (5, features["EXT-X-MAP"][1])
    return features


def _check_end(reading: ParserState) -> None:
    """Rules 15, 24 and 25: what stands after the last URI."""
    if not reading.segments:
        reading.notes.add("HLS250")
    if reading.duration is not None:
        code = "HLS153" if reading.ended else "HLS151"
        reading.notes.add(code, "", None, segment=len(reading.segments), start=reading.clock, length=reading.duration)
    elif reading.discontinuity and reading.ended and reading.segments:
        reading.notes.add("HLS241", "", None, start=reading.clock)


def _check_durations(segments: list[Segment], target: int, notes: FindingCollector) -> None:
    """Rule 9: a duration rounded half up, floor(x + 0.5), may not be above the target."""
    too_long = target + 0.5
    for segment in segments:
        if segment.duration >= too_long:
            notes.add_at(segment, "HLS090", f"{segment.duration:g} s, EXT-X-TARGETDURATION is {target} s")


def _check_repeats(segments: list[Segment], notes: FindingCollector) -> None:
    """Rule 18: one URI, two segments."""
    whole = [segment for segment in segments if segment.byterange is None]
    if len({segment.uri for segment in whole}) == len(whole):
        return
    first: dict[str, Segment] = {}
    for segment in whole:
        before = first.setdefault(segment.uri, segment)
        if before is not segment:
            notes.add_at(segment, "HLS180", f"{excerpt(segment.uri)}, first on line {before.line}")


def _check_clock(segments: list[Segment], notes: FindingCollector) -> None:
    """Rule 22: each EXT-X-PROGRAM-DATE-TIME against the one before it and the EXTINF between them.

    Behind a discontinuity the clock may jump forward by any amount, but not back.
    """
    before: Segment | None = None
    broken = False  # a discontinuity since the last time
    for segment in segments:
        broken = broken or segment.discontinuity
        if segment.program_time is None:
            continue
        if before is not None and before.program_time is not None:
            passed = segment.program_time - before.program_time
            declared = segment.start - before.start
            slack = max(0.5, 0.1 * declared)
            detail = f"{passed:.3f} s passed by the clock, {declared:.3f} s by EXTINF, since line {before.line}"
            if passed < (-0.5 if broken else 0):
                notes.add("HLS221", detail, segment.line, segment=segment.number, start=segment.start)
            elif not broken and abs(passed - declared) > slack:
                notes.add("HLS222", detail, segment.line, segment=segment.number, start=segment.start)
        before, broken = segment, False
