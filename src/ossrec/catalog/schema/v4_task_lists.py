"""The fourth schema adds indexes for lists of tasks, and when to check again for the file of a callback.

Released, so never changed.
"""

_TASKS = """
CREATE INDEX tasks_by_state ON tasks (state, coalesce(started_ms, stopped_ms, state_ms, first_seen * 1000));
CREATE INDEX recordings_not_linked ON recordings (started_ms) WHERE task IS NULL;
"""

_CALLBACKS = """
ALTER TABLE callbacks ADD COLUMN look_after INTEGER NOT NULL DEFAULT 0;
UPDATE callbacks SET look_after = received;
DROP INDEX callbacks_to_look_at;
CREATE INDEX callbacks_to_look_at ON callbacks (look_after) WHERE file IS NOT NULL AND NOT looked;
"""

SCRIPTS = (_TASKS, _CALLBACKS)
