"""Checks that need the whole playlist: missing tags, repeated URIs, durations and times that disagree."""

from ossrec.findings import Severity
from ossrec.habits import is_habit
from ossrec.hls.collector import FindingCollector, excerpt
from ossrec.hls.parser.state import FRACTION, ParserState
from ossrec.hls.parser.tag_values import is_time
from ossrec.hls.parser.tags import UNINTERPRETED
from ossrec.hls.playlist import Kind, Segment
from ossrec.segment_rules import LONGEST_SEGMENT


def check_whole_playlist(state: ParserState, kind: Kind) -> None:
    """Run every check that needs a playlist read to its end."""
    _report_counts(state)
    if kind != "media":
        return
    _check_header(state)
    _check_features(state)
    _check_end(state)
    if state.target_duration:
        _check_durations(state, state.target_duration)
    _check_repeats(state.segments, state.findings)
    _check_program_times(state.segments, state.findings)


def _report_counts(state: ParserState) -> None:
    """Report one finding for each kind of line that was only counted."""
    for code, lines in state.deviations.items():
        state.findings.add(code, f"on {len(lines)} lines" if len(lines) > 1 else "", lines[0])
    for tag, (count, line) in state.unknown_tags.items():
        private = tag.startswith("#EXT-X-") and tag not in UNINTERPRETED
        times = f", {count} times" if count > 1 else ""
        state.findings.add("HLS041" if private else "HLS040", f"{tag}{times}", line)


def _check_header(state: ParserState) -> None:
    """Check rules 8, 10 and 13."""
    if "#EXT-X-TARGETDURATION" not in state.seen:
        state.findings.add("HLS080")
    if state.ended and (state.media_sequence or 0) > 1:
        code = "HLS104" if is_time(state.media_sequence or 0) else "HLS103"
        state.findings.add(code, f"starts at {state.media_sequence}", state.seen["#EXT-X-MEDIA-SEQUENCE"])
    if not state.ended:
        state.findings.add("HLS130")


def _check_features(state: ParserState) -> None:
    """Check rule 7: without EXT-X-VERSION the version is 1; with a malformed one nothing is checked.

    Every player reads a duration with a fraction, whatever the version: that is an info.
    """
    if "#EXT-X-VERSION" in state.seen and state.version is None:
        return
    version = state.version or 1
    for feature, (needed, line) in _features(state).items():
        if needed > version:
            detail = f"{feature} requires version {needed}, the playlist has version {version}"
            severity = Severity.INFO if feature == FRACTION else None
            state.findings.add("HLS072", detail, line, severity=severity)


def version_needed(state: ParserState) -> int:
    """Return the lowest EXT-X-VERSION that allows every feature in use (RFC 8216 7)."""
    return max((needed for needed, _ in _features(state).values()), default=1)


def _features(state: ParserState) -> dict[str, tuple[int, int]]:
    """Return the features in use, each with the version it requires and its first line."""
    features = dict(state.features)
    if "EXT-X-MAP" in features and "EXT-X-I-FRAMES-ONLY" in features:
        features["EXT-X-MAP"] = (5, features["EXT-X-MAP"][1])
    return features


def _check_end(state: ParserState) -> None:
    """Check rules 15, 24 and 25: tags after the last URI."""
    if not state.segments:
        state.findings.add("HLS250")
    if state.duration is not None:
        code = "HLS153" if state.ended else "HLS151"
        state.findings.add(code, "", None, segment=len(state.segments), start=state.elapsed, length=state.duration)
    elif state.discontinuity and state.ended and state.segments:
        state.findings.add("HLS241", "", None, start=state.elapsed)


def _check_durations(state: ParserState, target: int) -> None:
    """Check rule 9: a duration rounded half up, floor(x + 0.5), must not exceed the target duration.

    In an ended playlist, a recorder that exceeds it by habit is one info. The last segment has the rest of the
    recording, so a short one does not speak against a habit. No recorder writes a segment longer than
    `LONGEST_SEGMENT` by habit.
    """
    too_long = target + 0.5
    found = [segment for segment in state.segments if segment.duration >= too_long]
    if not found:
        return
    places = len(state.segments) - (found[-1] is not state.segments[-1])
    longest = max(segment.duration for segment in found)
    if state.ended and longest <= LONGEST_SEGMENT and is_habit(len(found), places):
        detail = (
            f"{len(found)} of {len(state.segments)} segments, up to {longest:g} s, EXT-X-TARGETDURATION is {target} s"
        )
        state.findings.add("HLS090", detail, found[0].line, severity=Severity.INFO)
        return
    for segment in found:
        state.findings.add_at(segment, "HLS090", f"{segment.duration:g} s, EXT-X-TARGETDURATION is {target} s")


def _check_repeats(segments: list[Segment], findings: FindingCollector) -> None:
    """Check rule 18: two whole segments with the same URI."""
    whole = [segment for segment in segments if segment.byterange is None]
    if len({segment.uri for segment in whole}) == len(whole):
        return
    first: dict[str, Segment] = {}
    for segment in whole:
        before = first.setdefault(segment.uri, segment)
        if before is not segment:
            findings.add_at(segment, "HLS180", f"{excerpt(segment.uri)}, first on line {before.line}")


def _check_program_times(segments: list[Segment], findings: FindingCollector) -> None:
    """Check rule 22: each EXT-X-PROGRAM-DATE-TIME against the previous one and the EXTINF between them.

    After a discontinuity the time may jump forward by any amount, but not backward.
    """
    before: Segment | None = None
    broken = False  # a discontinuity since the previous EXT-X-PROGRAM-DATE-TIME
    for segment in segments:
        broken = broken or segment.discontinuity
        if segment.program_time is None:
            continue
        if before is not None and before.program_time is not None:
            passed = segment.program_time - before.program_time
            declared = segment.start - before.start
            slack = max(0.5, 0.1 * declared)
            detail = f"{passed:.3f} s by date and time, {declared:.3f} s by EXTINF, since line {before.line}"
            if passed < (-0.5 if broken else 0):
                findings.add("HLS221", detail, segment.line, segment=segment.number, start=segment.start)
            elif not broken and abs(passed - declared) > slack:
                findings.add("HLS222", detail, segment.line, segment=segment.number, start=segment.start)
        before, broken = segment, False
