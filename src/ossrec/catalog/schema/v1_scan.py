"""The first schema: the tables that `ossrec scan` fills. Released, so never changed."""

_BUCKETS_AND_SCANS = """
CREATE TABLE buckets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE scans (
    id INTEGER PRIMARY KEY,
    bucket_id INTEGER NOT NULL REFERENCES buckets,
    prefix TEXT NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER,
    state TEXT NOT NULL CHECK (state IN ('listing', 'checking', 'finished', 'abandoned')),
    objects INTEGER NOT NULL DEFAULT 0,
    new INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    summary TEXT
) STRICT;
CREATE TABLE scan_ranges (
    scan_id INTEGER NOT NULL REFERENCES scans ON DELETE CASCADE,
    number INTEGER NOT NULL,
    start TEXT NOT NULL,
    stop TEXT,
    position TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (scan_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE absent (
    scan_id INTEGER NOT NULL REFERENCES scans ON DELETE CASCADE,
    stem_id INTEGER NOT NULL REFERENCES stems,
    rest TEXT NOT NULL,
    PRIMARY KEY (scan_id, stem_id, rest)
) STRICT, WITHOUT ROWID;
CREATE TABLE skipped (
    scan_id INTEGER NOT NULL REFERENCES scans ON DELETE CASCADE,
    name TEXT NOT NULL,
    reason TEXT NOT NULL,
    unseen TEXT,
    PRIMARY KEY (scan_id, name)
) STRICT, WITHOUT ROWID;
"""

_RECORDINGS = """
CREATE TABLE recordings (
    id INTEGER PRIMARY KEY,
    bucket_id INTEGER NOT NULL REFERENCES buckets,
    path TEXT NOT NULL,
    folder TEXT NOT NULL,
    recordid TEXT NOT NULL,
    roomid TEXT NOT NULL,
    uid TEXT,
    stream TEXT NOT NULL CHECK (stream IN ('mixed', 'source')),
    conforming INTEGER NOT NULL,
    ambiguous INTEGER NOT NULL,
    playlist TEXT,
    started_ms INTEGER,
    started_from TEXT,
    ended_ms INTEGER,
    ended_from TEXT,
    duration REAL,
    missing_seconds REAL,
    bytes INTEGER NOT NULL DEFAULT 0,
    segments_expected INTEGER,
    segments_present INTEGER NOT NULL DEFAULT 0,
    segments_missing INTEGER,
    last_arrival INTEGER,
    verdict TEXT NOT NULL,
    depth TEXT NOT NULL DEFAULT 'listing',
    reasons TEXT NOT NULL DEFAULT '[]',
    first_seen INTEGER NOT NULL,
    last_changed INTEGER NOT NULL,
    due INTEGER NOT NULL DEFAULT 1,
    UNIQUE (bucket_id, path)
) STRICT;
CREATE INDEX recordings_by_room ON recordings (roomid, started_ms);
CREATE INDEX recordings_by_uid ON recordings (uid, started_ms) WHERE uid IS NOT NULL;
CREATE INDEX recordings_by_recordid ON recordings (recordid);
CREATE INDEX recordings_by_start ON recordings (started_ms);
CREATE INDEX recordings_by_verdict ON recordings (verdict, started_ms);
CREATE INDEX recordings_long ON recordings (started_ms) WHERE ended_ms - started_ms > 86400000;
CREATE INDEX recordings_ambiguous ON recordings (recordid) WHERE ambiguous;
CREATE INDEX recordings_due ON recordings (bucket_id, path) WHERE due;
CREATE TABLE changes (
    scan_id INTEGER NOT NULL REFERENCES scans,
    recording_id INTEGER NOT NULL REFERENCES recordings ON DELETE CASCADE,
    was TEXT,
    became TEXT NOT NULL,
    segments_lost INTEGER NOT NULL,
    PRIMARY KEY (recording_id, scan_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX changes_by_scan ON changes (scan_id);
CREATE TABLE findings (
    id INTEGER PRIMARY KEY,
    recording_id INTEGER NOT NULL REFERENCES recordings ON DELETE CASCADE,
    playlist_id INTEGER REFERENCES playlists ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('name', 'playlist', 'listing', 'look')),
    code TEXT NOT NULL,
    severity INTEGER NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    line INTEGER,
    segment INTEGER,
    start REAL,
    length REAL
) STRICT;
CREATE INDEX findings_by_recording ON findings (recording_id);
CREATE INDEX findings_of_looks ON findings (recording_id) WHERE source = 'look';
CREATE INDEX findings_by_playlist ON findings (playlist_id) WHERE playlist_id IS NOT NULL;
"""

_OBJECTS = """
CREATE TABLE stems (
    id INTEGER PRIMARY KEY,
    bucket_id INTEGER NOT NULL REFERENCES buckets,
    stem TEXT NOT NULL,
    recording_id INTEGER REFERENCES recordings,
    UNIQUE (bucket_id, stem)
) STRICT;
CREATE INDEX stems_by_recording ON stems (recording_id) WHERE recording_id IS NOT NULL;
CREATE TABLE objects (
    stem_id INTEGER NOT NULL REFERENCES stems,
    rest TEXT NOT NULL,
    kind INTEGER NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    etag BLOB NOT NULL,
    storage TEXT,
    gone INTEGER REFERENCES scans,
    PRIMARY KEY (stem_id, rest)
) STRICT, WITHOUT ROWID;
CREATE INDEX objects_but_segments ON objects (stem_id, kind) WHERE kind < 2;
"""

_PLAYLISTS = """
CREATE TABLE playlists (
    id INTEGER PRIMARY KEY,
    recording_id INTEGER NOT NULL REFERENCES recordings ON DELETE CASCADE,
    stem_id INTEGER NOT NULL REFERENCES stems,
    rest TEXT NOT NULL,
    role TEXT NOT NULL DEFAULT 'main' CHECK (role IN ('main', 'superseded')),
    etag BLOB NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    read INTEGER,
    kind TEXT,
    ended INTEGER,
    segments INTEGER,
    duration REAL,
    target_duration INTEGER,
    program_ms INTEGER,
    UNIQUE (stem_id, rest)
) STRICT;
CREATE INDEX playlists_by_recording ON playlists (recording_id);
CREATE TABLE playlist_versions (
    playlist_id INTEGER NOT NULL REFERENCES playlists ON DELETE CASCADE,
    etag BLOB NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    segments INTEGER,
    duration REAL,
    PRIMARY KEY (playlist_id, etag, modified)
) STRICT, WITHOUT ROWID;
CREATE TABLE segments (
    playlist_id INTEGER NOT NULL REFERENCES playlists ON DELETE CASCADE,
    number INTEGER NOT NULL,
    stem_id INTEGER REFERENCES stems,
    rest TEXT,
    uri TEXT,
    line INTEGER NOT NULL,
    start_ms INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    discontinuity INTEGER NOT NULL,
    gap INTEGER NOT NULL,
    encrypted INTEGER NOT NULL,
    fragment INTEGER NOT NULL,
    byterange_end INTEGER,
    PRIMARY KEY (playlist_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE claims (
    stem_id INTEGER NOT NULL REFERENCES stems,
    rest TEXT NOT NULL,
    recording_id INTEGER NOT NULL REFERENCES recordings ON DELETE CASCADE,
    PRIMARY KEY (stem_id, rest, recording_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX claims_by_recording ON claims (recording_id);
CREATE TABLE resources (
    playlist_id INTEGER NOT NULL REFERENCES playlists ON DELETE CASCADE,
    line INTEGER NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('key', 'map')),
    stem_id INTEGER REFERENCES stems,
    rest TEXT,
    uri TEXT NOT NULL,
    byterange_end INTEGER,
    PRIMARY KEY (playlist_id, line, role)
) STRICT, WITHOUT ROWID;
"""

_VIEWS = """
CREATE VIEW object_keys AS
SELECT b.name AS bucket, s.stem || o.rest AS key,
       CASE o.kind WHEN 1 THEN 'playlist' WHEN 2 THEN 'segment' ELSE 'unnamed' END AS kind,
       o.size, o.modified,
       CASE length(o.etag) WHEN 16 THEN hex(o.etag) ELSE CAST(o.etag AS TEXT) END AS etag,
       coalesce(o.storage, 'Standard') AS storage, o.gone IS NOT NULL AS gone, s.recording_id
FROM objects o JOIN stems s ON s.id = o.stem_id JOIN buckets b ON b.id = s.bucket_id;
"""

SCRIPTS = (_BUCKETS_AND_SCANS, _RECORDINGS, _OBJECTS, _PLAYLISTS, _VIEWS)
