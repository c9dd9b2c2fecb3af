"""Writes a rebuilt playlist to a file, or to its bucket under an output prefix."""

import errno
import os
from typing import NamedTuple

from ossrec.buckets.local.atomic_files import make_file, replace_file
from ossrec.buckets.protocol import Bucket
from ossrec.buckets.retrying import RetryingBucket
from ossrec.buckets.writable import WritableBucket, write_once
from ossrec.errors import OssrecError, UsageProblem
from ossrec.hls.edit.relocate import NotRelocatable, relocate, relocate_in_bucket
from ossrec.hls.relative_uris import quoted_path, relative_folder, relative_path
from ossrec.hls.uris import resolve
from ossrec.jobs.rebuild.rebuild import OutputLocation, RebuiltPlaylist
from ossrec.naming import parse_name

# Paths are bytes here, as the file system has them, and pathlib takes none.
# ruff: noqa: PTH100, PTH112, PTH113

CONTENT_TYPE = "application/vnd.apple.mpegurl"  # RFC 8216 4
_MAX_KEY = 1023  # bytes
_MAX_NAME = 255  # bytes, of a file


class UploadedPlaylist(NamedTuple):
    """The location of an uploaded playlist."""

    key: str
    is_new: bool  # False: it existed before, with the same content


class OutputTarget(NamedTuple):
    """Where to write a playlist: to a file, to its bucket under a prefix, or to neither."""

    file: str | None
    prefix: str | None
    force: bool = False  # replace the file

    def check(self) -> None:
        """Raise UsageProblem or OssrecError for a target that cannot be written, before anything is read."""
        if self.prefix is not None:
            checked_prefix(self.prefix)
        if self.file is not None:
            checked_file(self.file)

    def check_for(self, bucket: WritableBucket, location: OutputLocation) -> None:
        """Raise the errors of `save` and `upload` for this *location*, before segments are read."""
        if self.prefix is not None:
            output_key(location, self.prefix)
        if self.file is not None:
            check_file(bucket, location, self.file, force=self.force)


def checked_prefix(prefix: str) -> str:
    """Return *prefix* without the slash at its end; raises UsageProblem if it is not a valid output prefix."""
    plain = prefix.removesuffix("/")
    if any(not s or s.startswith(".") or "\\" in s or not s.isprintable() for s in plain.split("/")):
        raise UsageProblem(
            f"{prefix!r} is not an output prefix: give a folder in the recording's bucket, such as rebuilt/"
        )
    return plain


def output_key(location: OutputLocation, prefix: str) -> str:
    """Return the key for the upload; raises UsageProblem if it is too long or belongs to the recording."""
    key = f"{checked_prefix(prefix)}/{location.key.rpartition('/')[2]}"
    if len(key.encode("utf-8", "surrogateescape")) > _MAX_KEY:
        raise UsageProblem("the key would be longer than 1023 bytes: give a shorter prefix")
    if key in location.own:
        raise UsageProblem(f"{key} is the key of the recording's own playlist: give another prefix")
    return key


def upload(bucket: WritableBucket, retrying: RetryingBucket, rebuilt: RebuiltPlaylist, prefix: str) -> UploadedPlaylist:
    """Write the playlist as a new object under *prefix*, with URIs relative to that.

    Raises UsageProblem, ObjectExists if there is an object with other content, and BucketError.
    """
    key = output_key(rebuilt.location, prefix)
    try:
        data = relocate_in_bucket(rebuilt.data, rebuilt.key, key, bucket.address)
    except NotRelocatable as problem:
        raise UsageProblem(f"no URI leads from {key} to {str(problem)!a}: give another prefix") from None
    return UploadedPlaylist(key, write_once(bucket, retrying, key, data, CONTENT_TYPE))


def checked_file(file: str) -> bytes:
    """Return the real path of *file*; raises UsageProblem if it cannot be a file, OssrecError if it is not writable."""
    path = os.path.realpath(os.fsencode(file))
    if len(path.rpartition(b"/")[2]) > _MAX_NAME:
        raise UsageProblem(f"the file name would be longer than {_MAX_NAME} bytes: give another name")
    if os.path.lexists(path) and not os.path.isfile(path):
        raise UsageProblem(f"{file} is a folder or a device, which is never replaced: give a file")
    folder = path.rpartition(b"/")[0] or b"/"
    if not os.path.isdir(folder):
        raise UsageProblem(f"{file}: the folder does not exist: create it first")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OssrecError(f"{file}: {os.strerror(errno.EACCES)}: write to another folder")
    return path


def check_file(bucket: Bucket, location: OutputLocation, file: str, *, force: bool) -> None:
    """Check *file* as `checked_file`; also refuse an existing file without *force*, and files of recordings."""
    path = checked_file(file)
    if not bucket.name.startswith("oss://"):
        _refuse_recording_files(path, os.path.abspath(os.fsencode(file)), os.fsencode(bucket.name), location)
    if os.path.lexists(path) and not force:
        raise UsageProblem(f"{file} already exists: --force replaces it")


def save(bucket: Bucket, rebuilt: RebuiltPlaylist, file: str, *, force: bool) -> None:
    """Write the playlist to *file* atomically; if the bucket is a folder, its URIs lead from there to the segments.

    Raises UsageProblem if *file* exists without *force*, is part of any recording, or is not a plain file; OssrecError
    if it cannot be written.
    """
    check_file(bucket, rebuilt.location, file, force=force)
    path = os.path.realpath(os.fsencode(file))
    data = rebuilt.data
    if not bucket.name.startswith("oss://"):
        data = _relocated_to(path, os.fsencode(bucket.name), bucket, rebuilt)
    try:
        (replace_file if force else make_file)(path, data)
    except FileExistsError:
        raise UsageProblem(f"{file} already exists: --force replaces it") from None
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            raise UsageProblem(f"{file}: the folder does not exist: create it first") from None
        raise OssrecError(f"{file}: {error.strerror or error}: write to another folder") from None


def _refuse_recording_files(path: bytes, named: bytes, root: bytes, location: OutputLocation) -> None:
    """Refuse to replace a file of a recording in the bucket, also through a link."""
    if not os.path.lexists(path):
        return
    below = root.rstrip(b"/") + b"/"
    keys = {os.fsdecode(one[len(below) :]) for one in (path, named) if one.startswith(below)}
    is_of_one = any(key in location.own or parse_name(key) is not None for key in keys)
    if is_of_one or any(os.path.realpath(below + os.fsencode(key)) == path for key in location.own):
        raise UsageProblem(f"{os.fsdecode(path)} is part of a recording, which is never overwritten: give another file")


def _relocated_to(path: bytes, root: bytes, bucket: Bucket, rebuilt: RebuiltPlaylist) -> bytes:
    folder = _path_parts(path)[:-1]
    below = _path_parts(root)
    home = [*below, *rebuilt.key.split("/")[:-1]]

    def new_uri(uri: str) -> str | None:
        target = resolve(uri, rebuilt.key, bucket.address).key
        return None if target is None else quoted_path(relative_path(folder, [*below, *target.split("/")]))

    return relocate(rebuilt.data, new_uri, relative_folder(folder, home))


def _path_parts(path: bytes) -> list[str]:
    text = path.decode("utf-8", "surrogateescape")
    return [step for step in text.split("/") if step]
