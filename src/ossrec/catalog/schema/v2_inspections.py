"""The second schema adds the tables and columns that `ossrec check` fills. Released, so never changed."""

_RUNS = """
ALTER TABLE scans ADD COLUMN kind TEXT NOT NULL DEFAULT 'scan' CHECK (kind IN ('scan', 'check'));
"""

# SQLite cannot alter a CHECK, so the table is created again.
_FINDINGS = """
CREATE TABLE findings_anew (
    id INTEGER PRIMARY KEY,
    recording_id INTEGER NOT NULL REFERENCES recordings ON DELETE CASCADE,
    playlist_id INTEGER REFERENCES playlists ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('name', 'playlist', 'listing', 'look', 'segment')),
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
INSERT INTO findings_anew SELECT *, NULL, NULL FROM findings;
DROP TABLE findings;
ALTER TABLE findings_anew RENAME TO findings;
CREATE INDEX findings_by_recording ON findings (recording_id);
CREATE INDEX findings_of_looks ON findings (recording_id) WHERE source = 'look';
CREATE INDEX findings_by_playlist ON findings (playlist_id) WHERE playlist_id IS NOT NULL;
"""

_LOOKS = """
CREATE TABLE formats (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('video', 'audio', 'data')),
    codec TEXT NOT NULL,
    width INTEGER,
    height INTEGER,
    sample_rate INTEGER,
    channels INTEGER
) STRICT;
CREATE UNIQUE INDEX formats_once ON formats
    (kind, codec, coalesce(width, -1), coalesce(height, -1), coalesce(sample_rate, -1), coalesce(channels, -1));
CREATE TABLE looks (
    stem_id INTEGER NOT NULL REFERENCES stems,
    rest TEXT NOT NULL,
    etag BLOB NOT NULL,
    depth TEXT NOT NULL CHECK (depth IN ('edges', 'full')),
    looked INTEGER NOT NULL,
    failure TEXT,
    detail TEXT,
    bytes_read INTEGER NOT NULL,
    packet_size INTEGER,
    packets INTEGER,
    first_pts INTEGER,
    duration_ms INTEGER,
    video INTEGER REFERENCES formats,
    audio INTEGER REFERENCES formats,
    streams TEXT,
    counters TEXT,
    notes TEXT,
    PRIMARY KEY (stem_id, rest)
) STRICT, WITHOUT ROWID;
"""

_MEASURED = """
ALTER TABLE recordings ADD COLUMN segments_lookable INTEGER;
ALTER TABLE recordings ADD COLUMN looked INTEGER;
ALTER TABLE recordings ADD COLUMN measured_duration REAL;
ALTER TABLE recordings ADD COLUMN damaged_seconds REAL;
ALTER TABLE recordings ADD COLUMN bit_rate INTEGER;
ALTER TABLE recordings ADD COLUMN first_pts INTEGER;
ALTER TABLE recordings ADD COLUMN video_codec TEXT;
ALTER TABLE recordings ADD COLUMN width INTEGER;
ALTER TABLE recordings ADD COLUMN height INTEGER;
ALTER TABLE recordings ADD COLUMN audio_codec TEXT;
ALTER TABLE recordings ADD COLUMN sample_rate INTEGER;
ALTER TABLE recordings ADD COLUMN channels INTEGER;
"""

SCRIPTS = (_RUNS, _FINDINGS, _LOOKS, _MEASURED)
