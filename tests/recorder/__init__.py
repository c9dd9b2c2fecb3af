"""A simulated cloud recorder: its REST service, its files in a bucket, its callbacks, and errors.

    with OssServer() as oss, Recorder(oss.bucket("recordings"), oss=oss) as recorder:
        recorder.room("lobby").join("10266666")
        ...  # applyrecord and startrecord, at recorder.address with recorder.certificate_id and its key
        recorder.advance(10)  # ten seconds of recording: segments are in the bucket
        ...  # stoprecord: the playlists follow, and a callback for each

Words: a *room* has *publishers*; a *take* is one recording, a *file* one stream of it; *trouble* is an error in a
call. The path of a request: `server` reads it, `trouble` may make it fail, `service` authenticates and answers it,
`take` records, `callbacks` notifies.

Its clock stands still until `advance` moves it. All events within that time happen in order: segments end, and a
recording ends after 30 s without a publisher in its room. ``python -m tests.recorder`` runs it in real time.

It follows the vendor's public documents. Where these are silent:

- codes other than 0, and their messages, are made up; a client may only distinguish 0 from others;
- a used resid is refused, whatever the outcome of its recording;
- stopping a stopped recording is answered with 0;
- segment names and playlists are like those of the recorder that it models;
- the context of a callback of msgtype 1 is made up;
- the current segment is uploaded in full when a recording ends, because its media cannot be cut.
"""

from tests.recorder.server import Recorder
from tests.recorder.trouble import Trouble

__all__ = ["Recorder", "Trouble"]
