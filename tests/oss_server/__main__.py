"""Serve a folder as an OSS bucket until Ctrl-C: ``python -m tests.oss_server FOLDER``."""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.oss_server.server import OssServer
from tests.oss_server.store import BUCKET_NAME

_EPILOG = """The access key is generated, and the server listens on 127.0.0.1 only.
The folder is read into memory once, at the start."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Load the folder, print how to reach the server, and serve; return 0 after Ctrl-C, 2 if the start fails."""
    options = _parse(arguments)
    server = OssServer(port=options.port)
    bucket = server.bucket(options.bucket, public=options.public)
    try:
        loaded = bucket.load(options.folder)
        server.start()
    except OSError as error:
        print(f"cannot serve {options.folder}: {error}", file=sys.stderr)
        return 2
    for name in loaded.skipped:
        print(f"skipped, its name is not UTF-8: {name}", file=sys.stderr)
    for end in (signal.SIGINT, signal.SIGTERM):  # a shell makes background processes ignore SIGINT
        signal.signal(end, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        print(_describe(server, options.bucket, public=options.public), flush=True)
        print(f"# {loaded.objects} objects, {loaded.size} bytes; press Ctrl-C to stop", file=sys.stderr)
        threading.Event().wait()
    server.stop()
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.oss_server", description=__doc__, epilog=_EPILOG)
    parser.add_argument("folder", type=Path, help="every regular file below it becomes an object")
    parser.add_argument("--bucket", default="recordings", metavar="NAME", help="bucket name (default: recordings)")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="port (default: 0, any free port)")
    parser.add_argument("--public", action="store_true", help="allow anonymous reading and listing")
    options = parser.parse_args(arguments)
    if not options.folder.is_dir():
        parser.error(f"{options.folder} is not a folder")
    if not BUCKET_NAME.fullmatch(options.bucket):
        parser.error("--bucket: use 3 to 63 lower-case letters, digits and hyphens")
    if not 0 <= options.port <= 65535:
        parser.error("--port: give a number from 0 to 65535")
    return options


def _describe(server: OssServer, bucket: str, *, public: bool) -> str:
    """Return the commands to paste into a shell."""
    keys = [
        f"export OSS_ACCESS_KEY_ID={server.access_key_id}",
        f"export OSS_ACCESS_KEY_SECRET={server.access_key_secret}",
    ]
    return "\n".join(
        [
            f"export OSSREC_ENDPOINT={server.endpoint}",
            f"export OSSREC_REGION={server.region}",
            *([] if public else keys),
            f"ossrec scan oss://{bucket}/",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
