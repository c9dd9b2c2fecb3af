"""The fifth schema: tables, columns and values renamed to standard terms. It adds and drops no content.

Columns are renamed in place: the rows of `objects` are not rewritten, however many there are. Only tables with a
CHECK over a renamed value are created again, because SQLite cannot alter a CHECK.
"""

_COLUMNS = """
ALTER TABLE objects RENAME COLUMN rest TO suffix;
ALTER TABLE absent RENAME COLUMN rest TO suffix;
ALTER TABLE playlists RENAME COLUMN rest TO suffix;
ALTER TABLE segments RENAME COLUMN rest TO suffix;
ALTER TABLE resources RENAME COLUMN rest TO suffix;
ALTER TABLE skipped RENAME COLUMN unseen TO unlisted_prefix;
ALTER TABLE recordings RENAME COLUMN segments_lookable TO segments_inspectable;
ALTER TABLE recordings RENAME COLUMN looked TO inspected;
ALTER TABLE callbacks RENAME COLUMN looked TO file_found;
ALTER TABLE callbacks RENAME COLUMN look_after TO check_after;
DROP INDEX callbacks_to_look_at;
CREATE INDEX callbacks_to_check ON callbacks (check_after) WHERE file IS NOT NULL AND NOT file_found;
"""

_OWNERSHIP = """
ALTER TABLE claims RENAME COLUMN rest TO suffix;
ALTER TABLE claims RENAME TO ownership;
DROP INDEX claims_by_recording;
CREATE INDEX ownership_by_recording ON ownership (recording_id);
"""

_INSPECTIONS = """
ALTER TABLE looks RENAME COLUMN rest TO suffix;
ALTER TABLE looks RENAME COLUMN looked TO inspected;
ALTER TABLE looks RENAME COLUMN notes TO faults;
ALTER TABLE looks RENAME TO inspections;
"""

_FINDINGS = """
CREATE TABLE findings_new (
    id INTEGER PRIMARY KEY,
    recording_id INTEGER NOT NULL REFERENCES recordings ON DELETE CASCADE,
    playlist_id INTEGER REFERENCES playlists ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('name', 'playlist', 'listing', 'access', 'segment', 'task')),
    code TEXT NOT NULL,
    severity INTEGER NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    line INTEGER,
    segment INTEGER,
    start REAL,
    length REAL,
    packet INTEGER,
    lost INTEGER
) STRICT;
INSERT INTO findings_new SELECT id, recording_id, playlist_id, iif(source = 'look', 'access', source), code, severity,
    subject, detail, line, segment, start, length, packet, lost FROM findings ORDER BY id;
DROP TABLE findings;
ALTER TABLE findings_new RENAME TO findings;
CREATE INDEX findings_by_recording ON findings (recording_id);
CREATE INDEX findings_of_access ON findings (recording_id) WHERE source = 'access';
CREATE INDEX findings_of_tasks ON findings (recording_id) WHERE source = 'task';
CREATE INDEX findings_by_playlist ON findings (playlist_id) WHERE playlist_id IS NOT NULL;
"""

_TASK_FACTS = """
CREATE TABLE task_facts_new (
    id INTEGER PRIMARY KEY,
    recordid TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('import', 'rest', 'callback')),
    identity TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN
        ('stated', 'applied', 'started', 'layout', 'stopped', 'idle', 'failed', 'result')),
    at_ms INTEGER,
    roomid TEXT,
    stream TEXT CHECK (stream IN ('mixed', 'source')),
    uids TEXT,
    started_ms INTEGER,
    stopped_ms INTEGER,
    duration REAL,
    file TEXT,
    extra TEXT,
    seen INTEGER NOT NULL
) STRICT;
INSERT INTO task_facts_new SELECT id, recordid, source, identity, iif(kind = 'told', 'stated', kind), at_ms, roomid,
    stream, uids, started_ms, stopped_ms, duration, file, extra, seen FROM task_facts ORDER BY id;
DROP TABLE task_facts;
ALTER TABLE task_facts_new RENAME TO task_facts;
CREATE INDEX task_facts_by_task ON task_facts (recordid);
CREATE UNIQUE INDEX task_facts_once ON task_facts (source, identity) WHERE source <> 'import';
CREATE INDEX task_facts_of_files ON task_facts (at_ms) WHERE kind = 'result';
"""

_CALLS = """
CREATE TABLE calls_new (
    id INTEGER PRIMARY KEY,
    call TEXT NOT NULL CHECK (call IN ('apply', 'start', 'layout', 'stop')),
    traceid TEXT NOT NULL UNIQUE,
    appid TEXT NOT NULL,
    roomid TEXT NOT NULL,
    stream TEXT CHECK (stream IN ('mixed', 'source')),
    resid TEXT,
    recordid TEXT,
    sent_ms INTEGER NOT NULL,
    answered_ms INTEGER,
    outcome TEXT NOT NULL CHECK (outcome IN ('pending', 'done', 'refused', 'unanswered', 'unsent')),
    code INTEGER,
    message TEXT
) STRICT;
INSERT INTO calls_new SELECT id, call, traceid, appid, roomid, stream, resid, recordid, asked_ms, answered_ms,
    iif(outcome = 'asked', 'pending', outcome), code, message FROM calls ORDER BY id;
DROP TABLE calls;
ALTER TABLE calls_new RENAME TO calls;
CREATE INDEX calls_by_resid ON calls (resid) WHERE resid IS NOT NULL;
CREATE INDEX calls_by_recordid ON calls (recordid) WHERE recordid IS NOT NULL;
CREATE INDEX calls_by_app ON calls (appid);
CREATE INDEX calls_by_room ON calls (roomid, sent_ms);
CREATE INDEX calls_open ON calls (id) WHERE outcome IN ('pending', 'unanswered');
CREATE INDEX calls_of_no_task ON calls (sent_ms) WHERE recordid IS NULL;
"""


def _renamed_key(old: str, new: str) -> str:
    """SQL that renames a key in the JSON objects of `scans.summary`; other values stay as they are."""
    has_key = f"CASE WHEN json_valid(summary) THEN json_type(summary, '{old}') IS NOT NULL ELSE 0 END"
    value = f"json_set(summary, '{new}', json_extract(summary, '{old}'))"
    return f"UPDATE scans SET summary = json_remove({value}, '{old}') WHERE {has_key};\n"


# The next check reads `requested` and `inspected_since` of a check that was interrupted.
_SUMMARIES = (
    _renamed_key("$.asked", "$.requested")
    + _renamed_key("$.since", "$.inspected_since")
    + _renamed_key("$.left", "$.remaining")
    + _renamed_key("$.looked.left", "$.looked.remaining")
    + _renamed_key("$.looked", "$.check")
)

SCRIPTS = (_COLUMNS, _OWNERSHIP, _INSPECTIONS, _FINDINGS, _TASK_FACTS, _CALLS, _SUMMARIES)
