"""Run a simulated cloud recorder and its bucket on this machine, until Ctrl-C: ``python -m tests.recorder``."""

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
_EPILOG = """Both servers listen on 127.0.0.1 only and keep everything in memory; their keys are made up.
The recorder runs in real time and uploads a segment about every two seconds."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the servers, print their settings, and execute typed commands; return 0, or 2 if they cannot start."""
    options = _parse(arguments)
    oss = OssServer(port=options.oss_port)
    recorder = Recorder(oss.bucket(BUCKET), port=options.port)
    stopping = threading.Event()
    clock = threading.Thread(target=_keep_time, args=(recorder, stopping), daemon=True)
    try:
        oss.start()
        recorder.start()
    except OSError as error:
        print(f"cannot listen: {error}", file=sys.stderr)
        return 2
    recorder.is_live = True
    recorder.room(options.room).join(*options.users.split(","))
    print(_describe(recorder, oss), flush=True)
    print(
        f"# publishing in room {options.room}: {options.users}; `help` lists the commands", file=sys.stderr, flush=True
    )
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, signal.default_int_handler)
    clock.start()
    with suppress(KeyboardInterrupt):
        Prompt(recorder).cmdloop()
    stopping.set()
    clock.join()
    recorder.stop()
    oss.stop()
    return 0


class Prompt(cmd.Cmd):
    """Commands that change rooms and cause errors."""

    prompt = "recorder> " if sys.stdin.isatty() else ""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder = recorder

    def do_rooms(self, _: str) -> None:
        """rooms: list rooms with their publishers, and recordings."""
        for name, room in self.recorder.rooms.items():
            print(f"{name}: {', '.join(room.publishers) or 'empty'}")
        for take in self.recorder.takes:
            segments = sum(len(file.slices) for file in take.files.values())
            print(f"{take.recordid}: room {take.room_id}, {take.ended or 'recording'}, {segments} segments")

    def do_join(self, line: str) -> None:
        """join ROOM UID...: these users start to publish."""
        name, *uids = line.split() or [""]
        self.recorder.room(name).join(*uids)

    def do_leave(self, line: str) -> None:
        """leave ROOM [UID...]: these users, or all, stop publishing; 30 s after the last, the recording ends."""
        name, *uids = line.split() or [""]
        self.recorder.room(name).leave(*uids)

    def do_die(self, line: str) -> None:
        """die [RECORDID]: the recording server fails; it never writes a playlist."""
        self.recorder.die(line.strip() or None)

    def do_silent(self, line: str) -> None:
        """silent CALL: the next call (apply, start, layout or stop) is done but not answered."""
        self.recorder.troubles.add(Trouble(line.strip() or "*", reset=True))

    def do_fail(self, line: str) -> None:
        """fail CALL: the next call (apply, start, layout or stop) is answered with 500 and not done."""
        self.recorder.troubles.add(Trouble(line.strip() or "*", status=500, done=False))

    def do_lose(self, line: str) -> None:
        """lose NUMBER: the next NUMBER callbacks are not sent."""
        self.recorder.callbacks.lose = int(line) if line.strip().isdecimal() else 1

    def do_repeat(self, line: str) -> None:
        """repeat NUMBER: from now on, each callback is sent NUMBER times."""
        self.recorder.callbacks.repeat = int(line) if line.strip().isdecimal() else 2

    def do_quit(self, _: str) -> bool:
        """quit: stop, like Ctrl-C and Ctrl-D."""
        return True

    do_EOF = do_quit  # noqa: N815 - the name in cmd for the end of stdin

    def emptyline(self) -> bool:
        """Do nothing, instead of repeating the last command."""
        return False


def _keep_time(recorder: Recorder, stopping: threading.Event) -> None:
    while not stopping.wait(_TICK):
        recorder.catch_up()


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.recorder", description=__doc__, epilog=_EPILOG)
    parser.add_argument("--room", default="lobby", help="room with publishers (default: lobby)")
    parser.add_argument(
        "--users", default="anna,ben", metavar="UID,...", help="users who publish in it (default: anna,ben)"
    )
    parser.add_argument(
        "--port", type=int, default=0, metavar="N", help="port of the recorder (default: any free port)"
    )
    parser.add_argument(
        "--oss-port", type=int, default=0, metavar="N", help="port of the bucket (default: any free port)"
    )
    return parser.parse_args(arguments)


def _describe(recorder: Recorder, oss: OssServer) -> str:
    """Return the lines to paste into a shell."""
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
