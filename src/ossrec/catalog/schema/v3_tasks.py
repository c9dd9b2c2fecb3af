"""The third schema adds recording tasks, from sources other than the bucket. Released, so never changed."""

_TASKS = """
CREATE TABLE tasks (
    id INTEGER PRIMARY KEY,
    recordid TEXT NOT NULL UNIQUE,
    roomid TEXT,
    stream TEXT CHECK (stream IN ('mixed', 'source')),
    uids TEXT,
    started_ms INTEGER,
    stopped_ms INTEGER,
    state TEXT NOT NULL CHECK (state IN ('applied', 'started', 'stopped', 'idle', 'failed', 'unknown')),
    state_from TEXT NOT NULL CHECK (state_from IN ('import', 'rest', 'callback')),
    state_ms INTEGER,
    first_seen INTEGER NOT NULL,
    last_changed INTEGER NOT NULL,
    linked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX tasks_by_room ON tasks (roomid, started_ms);
CREATE INDEX tasks_by_start ON tasks (started_ms);
CREATE INDEX tasks_unlinked ON tasks (id) WHERE NOT linked;
CREATE TABLE task_facts (
    id INTEGER PRIMARY KEY,
    recordid TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('import', 'rest', 'callback')),
    identity TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN
        ('told', 'applied', 'started', 'layout', 'stopped', 'idle', 'failed', 'result')),
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
CREATE INDEX task_facts_by_task ON task_facts (recordid);
CREATE UNIQUE INDEX task_facts_once ON task_facts (source, identity) WHERE source <> 'import';
CREATE INDEX task_facts_of_files ON task_facts (at_ms) WHERE kind = 'result';
"""

_CALLS = """
CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    call TEXT NOT NULL CHECK (call IN ('apply', 'start', 'layout', 'stop')),
    traceid TEXT NOT NULL UNIQUE,
    appid TEXT NOT NULL,
    roomid TEXT NOT NULL,
    stream TEXT CHECK (stream IN ('mixed', 'source')),
    resid TEXT,
    recordid TEXT,
    asked_ms INTEGER NOT NULL,
    answered_ms INTEGER,
    outcome TEXT NOT NULL CHECK (outcome IN ('asked', 'done', 'refused', 'unanswered', 'unsent')),
    code INTEGER,
    message TEXT
) STRICT;
CREATE INDEX calls_by_resid ON calls (resid) WHERE resid IS NOT NULL;
CREATE INDEX calls_by_recordid ON calls (recordid) WHERE recordid IS NOT NULL;
CREATE INDEX calls_by_app ON calls (appid);
CREATE INDEX calls_by_room ON calls (roomid, asked_ms);
CREATE INDEX calls_open ON calls (id) WHERE outcome IN ('asked', 'unanswered');
CREATE INDEX calls_of_no_task ON calls (asked_ms) WHERE recordid IS NULL;
"""

_CALLBACKS = """
CREATE TABLE callbacks (
    id INTEGER PRIMARY KEY,
    msgid TEXT NOT NULL UNIQUE,
    received INTEGER NOT NULL,
    repeats INTEGER NOT NULL,
    msgtype INTEGER,
    notify_ms INTEGER,
    recordid TEXT,
    file TEXT,
    looked INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX callbacks_by_recordid ON callbacks (recordid) WHERE recordid IS NOT NULL;
CREATE INDEX callbacks_to_look_at ON callbacks (id) WHERE file IS NOT NULL AND NOT looked;
"""

_LINKED = """
ALTER TABLE recordings ADD COLUMN task TEXT CHECK (task IN ('matched', 'contradicted', 'unknown'));
CREATE INDEX recordings_not_matched ON recordings (task, started_ms) WHERE task IN ('contradicted', 'unknown');
CREATE TABLE readings (
    recording_id INTEGER NOT NULL REFERENCES recordings ON DELETE CASCADE,
    at INTEGER NOT NULL,
    roomid TEXT NOT NULL,
    uid TEXT,
    stream TEXT NOT NULL CHECK (stream IN ('mixed', 'source')),
    ambiguous INTEGER NOT NULL,
    was_roomid TEXT NOT NULL,
    was_uid TEXT
) STRICT;
CREATE INDEX readings_by_recording ON readings (recording_id);
"""

# SQLite cannot alter a CHECK, so the table is created again.
_FINDINGS = """
CREATE TABLE findings_anew (
    id INTEGER PRIMARY KEY,
    recording_id INTEGER NOT NULL REFERENCES recordings ON DELETE CASCADE,
    playlist_id INTEGER REFERENCES playlists ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('name', 'playlist', 'listing', 'look', 'segment', 'task')),
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
INSERT INTO findings_anew SELECT * FROM findings;
DROP TABLE findings;
ALTER TABLE findings_anew RENAME TO findings;
CREATE INDEX findings_by_recording ON findings (recording_id);
CREATE INDEX findings_of_looks ON findings (recording_id) WHERE source = 'look';
CREATE INDEX findings_of_tasks ON findings (recording_id) WHERE source = 'task';
CREATE INDEX findings_by_playlist ON findings (playlist_id) WHERE playlist_id IS NOT NULL;
"""

SCRIPTS = (_TASKS, _CALLS, _CALLBACKS, _LINKED, _FINDINGS)
