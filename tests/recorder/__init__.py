"""A cloud recorder on this machine: its REST service, its files in a bucket, its callbacks, and its bad days.

    with OssServer() as oss, Recorder(oss.bucket("recordings"), oss=oss) as recorder:
        recorder.room("lobby").join("10266666")
        ...  # applyrecord and startrecord, at recorder.address with recorder.certificate_id and its key
        recorder.advance(10)  # ten seconds of recording: slices lie in the bucket
        ...  # stoprecord: the playlists follow, and a callback for each

Words: a *room* has *publishers*, users who send; a *take* is one recording under way, a *file* one stream of it,
*trouble* is what goes wrong with a call. The way of a request: `server` reads it, `trouble` may spoil it, `service`
checks who asks and answers, `take` records, `callbacks` tells.

Time stands still unless it is told to move (`advance`), and everything that falls into the time it moves by happens
in order: slices end, a room that nobody publishes in for 30 s ends its recording. The playground lets it follow the
real one.

What it does is taken from the vendor's documents as far as they are public. Where they leave a question open:

- codes other than 0, and their messages, are made up; a client may only tell 0 from the others;
- a resid that was used is refused, whatever became of the recording;
- stopping what has stopped is answered with 0;
- the names of slices and the habits of playlists are those of the recorder that it is modelled on;
- the context of a callback of msgtype 1 is made up;
- the slice under way when a recording ends is kept whole: the media here cannot be cut.
"""

from tests.recorder.server import Recorder
from tests.recorder.trouble import Trouble

__all__ = ["Recorder", "Trouble"]
