"""A playground: a recorder and the bucket it writes into, until Ctrl-C: ``python -m tests.recorder``."""

import argparse
import cmd
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

from tests.oss_server import OssServer
from tests.recorder.server import Recorder
from tests.recorder.trouble import Trouble

BUCKET = "recordings"
_TICK = 0.2  # seconds
_EPILOG = """Both servers listen on 127.0.0.1 only, keep everything in memory, and their keys are made up.
Time is the real one: a slice of about two seconds after the other."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve, say how to reach it, and obey what is typed; 0 at the end, 2 if it cannot begin."""
    options = _parse(arguments)
    oss = OssServer(port=options.oss_port)
    recorder = Recorder(oss.bucket(BUCKET), port=options.port)
    over = threading.Event()
    clock = threading.Thread(target=_keep_time, args=(recorder, over), daemon=True)
    try:
        oss.start()
        recorder.start()
    except OSError as error:
        print(f"cannot listen: {error}", file=sys.stderr)
        return 2
    recorder.is_live = True
    recorder.room(options.room).join(*options.users.split(","))
    print(_describe(recorder, oss), flush=True)
    print(f"# in room {options.room}: {options.users}; `help` lists what can happen", file=sys.stderr, flush=True)
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, signal.default_int_handler)
    clock.start()
    with suppress(KeyboardInterrupt):
        Prompt(recorder).cmdloop()
    over.set()
    clock.join()
    recorder.stop()
    oss.stop()
    return 0


class Prompt(cmd.Cmd):
    """What can happen to a recorder and its rooms, a line each."""

    prompt = "recorder> " if sys.stdin.isatty() else ""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder

    def do_rooms(self, _: str) -> None:
        """rooms: who publishes where, and what is recorded."""
        for name, room in self.recorder.rooms.items():
            print(f"{name}: {', '.join(room.publishers) or 'nobody'}")
        for take in self.recorder.takes:
            slices = sum(len(file.slices) for file in take.files.values())
            print(f"{take.recordid}: room {take.room_id}, {take.ended or 'recording'}, {slices} slices")

    def do_join(self, line: str) -> None:
        """join ROOM UID...: these users publish."""
        name, *uids = line.split() or [""]
        self.recorder.room(name).join(*uids)

    def do_leave(self, line: str) -> None:
        """leave ROOM [UID...]: these users, or all, publish no more; after 30 s the recording ends by itself."""
        name, *uids = line.split() or [""]
        self.recorder.room(name).leave(*uids)

    def do_die(self, line: str) -> None:
        """die [RECORDID]: the server that records breaks down; no playlist ever comes."""
        self.recorder.die(line.strip() or None)

    def do_silent(self, line: str) -> None:
        """silent CALL: the next apply, start, layout or stop is done and not answered."""
        self.recorder.troubles.add(Trouble(line.strip() or "*", reset=True))

    def do_fail(self, line: str) -> None:
        """fail CALL: the next apply, start, layout or stop is answered with 500, and not done."""
        self.recorder.troubles.add(Trouble(line.strip() or "*", status=500, done=False))

    def do_lose(self, line: str) -> None:
        """lose NUMBER: so many of the next callbacks are never sent."""
        self.recorder.callbacks.lose = int(line) if line.strip().isdecimal() else 1

    def do_repeat(self, line: str) -> None:
        """repeat NUMBER: each callback is sent so often from now on."""
        self.recorder.callbacks.repeat = int(line) if line.strip().isdecimal() else 2

    def do_quit(self, _: str) -> bool:
        """quit: the end, as Ctrl-C and Ctrl-D."""
        return True

    do_EOF = do_quit  # noqa: N815 - what cmd calls the end of stdin

    def emptyline(self) -> bool:
        """Nothing, and not the last line again."""
        return False


def _keep_time(recorder: Recorder, over: threading.Event) -> None:
    while not over.wait(_TICK):
        recorder.catch_up()


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.recorder", description=__doc__, epilog=_EPILOG)
    parser.add_argument("--room", default="lobby", help="a room in which users publish (lobby)")
    parser.add_argument("--users", default="anna,ben", metavar="UID,...", help="who they are (anna,ben)")
    parser.add_argument(
        "--port", type=int, default=0, metavar="N", help="of the recorder; 0, the default, is a free one"
    )
    parser.add_argument("--oss-port", type=int, default=0, metavar="N", help="of the bucket")
    return parser.parse_args(arguments)


def _describe(recorder: Recorder, oss: OssServer) -> str:
    """Lines to paste into a shell."""
    settings = recorder.settings() | {
        "OSSREC_ENDPOINT": oss.endpoint,
        "OSSREC_REGION": oss.region,
        "OSS_ACCESS_KEY_ID": oss.access_key_id,
        "OSS_ACCESS_KEY_SECRET": oss.access_key_secret,
    }
    exports = [f"export {name}={value}" for name, value in settings.items()]
    steps = (
        "ossrec record start --room lobby",
        f"ossrec scan oss://{BUCKET}/",
        "ossrec find",
        "ossrec record stop RECORDID",
    )
    return "\n".join([*exports, *(f"# {step}" for step in steps)])


if __name__ == "__main__":
    sys.exit(main())
