"""Brings a rebuilt playlist to where people want it: into a file, or into its bucket under an output prefix."""

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
_MOST_KEY = 1023  # bytes
_MOST_NAME = 255  # bytes, of a file


class UploadedPlaylist(NamedTuple):
    """Where a playlist lies now."""

    key: str
    is_new: bool  # false: it was there before, with this very content


class OutputTarget(NamedTuple):
    """Where a playlist is wanted: in a file, in its bucket under a prefix, or in neither."""

    file: str | None
    prefix: str | None
    force: bool = False  # replace the file

    def check(self) -> None:
        """Before anything is read: raises UsageProblem or OssrecError for what can be no target of any playlist."""
        if self.prefix is not None:
            checked_prefix(self.prefix)
        if self.file is not None:
            checked_file(self.file)

    def check_for(self, bucket: WritableBucket, place: OutputLocation) -> None:
        """Before segments are read: raises as `save` and `upload` for what will not be written there."""
        if self.prefix is not None:
            output_key(place, self.prefix)
        if self.file is not None:
            check_file(bucket, place, self.file, force=self.force)


def checked_prefix(prefix: str) -> str:
    """*prefix* without the slash at its end; raises UsageProblem for one that no playlist can be put under."""
    plain = prefix.removesuffix("/")
    if any(not s or s.startswith(".") or "\\" in s or not s.isprintable() for s in plain.split("/")):
        raise UsageProblem(f"{prefix!r} is no output prefix: name a folder in the recording's bucket, such as rebuilt/")
    return plain


def output_key(place: OutputLocation, prefix: str) -> str:
    """The key under which it would be uploaded; raises UsageProblem for a prefix that must not or cannot be."""
    key = f"{checked_prefix(prefix)}/{place.key.rpartition('/')[2]}"
    if len(key.encode("utf-8", "surrogateescape")) > _MOST_KEY:
        raise UsageProblem("the key would be longer than 1023 bytes: name a shorter prefix")
    if key in place.own:
        raise UsageProblem(f"{key} is the place of the recording's own playlist: name another prefix")
    return key


def upload(bucket: WritableBucket, retrying: RetryingBucket, rebuilt: RebuiltPlaylist, prefix: str) -> UploadedPlaylist:
    """Write it as a new object under *prefix*, its URIs relative to there.

    Raises UsageProblem, ObjectExists when there is another object, and BucketError.
    """
    key = output_key(rebuilt.place, prefix)
    try:
        data = relocate_in_bucket(rebuilt.data, rebuilt.key, key, bucket.address)
    except NotRelocatable as problem:
        raise UsageProblem(f"no URI leads from {key} to {str(problem)!a}: name another prefix") from None
    return UploadedPlaylist(key, write_once(bucket, retrying, key, data, CONTENT_TYPE))


def checked_file(file: str) -> bytes:
    """Where *file* leads; raises UsageProblem when no file can be there, OssrecError when none may be written."""
    path = os.path.realpath(os.fsencode(file))
    if len(path.rpartition(b"/")[2]) > _MOST_NAME:
        raise UsageProblem(f"the file's name would be longer than {_MOST_NAME} bytes: name another")
    if os.path.lexists(path) and not os.path.isfile(path):
        raise UsageProblem(f"{file} is a folder or a device, which is never replaced: name a file")
    folder = path.rpartition(b"/")[0] or b"/"
    if not os.path.isdir(folder):
        raise UsageProblem(f"{file}: there is no such folder: make it first")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OssrecError(f"{file}: {os.strerror(errno.EACCES)}: write to another place")
    return path


def check_file(bucket: Bucket, place: OutputLocation, file: str, *, force: bool) -> None:
    """As `checked_file`; raises UsageProblem too when *file* is there and not *force*, or is of a recording."""
    path = checked_file(file)
    if not bucket.name.startswith("oss://"):
        _refuse_recording_files(path, os.path.abspath(os.fsencode(file)), os.fsencode(bucket.name), place)
    if os.path.lexists(path) and not force:
        raise UsageProblem(f"{file} is there already: --force replaces it")


def save(bucket: Bucket, rebuilt: RebuiltPlaylist, file: str, *, force: bool) -> None:
    """Write it to *file*, at once; where the bucket is a folder its URIs lead from there to the segments.

    Raises UsageProblem when *file* is there and not *force*, and always when it is of the recording or
    another one, or no plain file; OssrecError when it cannot be written.
    """
    check_file(bucket, rebuilt.place, file, force=force)
    path = os.path.realpath(os.fsencode(file))
    data = rebuilt.data
    if not bucket.name.startswith("oss://"):
        data = _relocated_to(path, os.fsencode(bucket.name), bucket, rebuilt)
    try:
        (replace_file if force else make_file)(path, data)
    except FileExistsError:
        raise UsageProblem(f"{file} is there already: --force replaces it") from None
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            raise UsageProblem(f"{file}: there is no such folder: make it first") from None
        raise OssrecError(f"{file}: {error.strerror or error}: write to another place") from None


def _refuse_recording_files(path: bytes, named: bytes, root: bytes, place: OutputLocation) -> None:
    """A file of a recording in the bucket is never replaced, by whatever way it is reached: objects may be links."""
    if not os.path.lexists(path):
        return
    below = root.rstrip(b"/") + b"/"
    keys = {os.fsdecode(one[len(below) :]) for one in (path, named) if one.startswith(below)}
    is_of_one = any(key in place.own or parse_name(key) is not None for key in keys)
    if is_of_one or any(os.path.realpath(below + os.fsencode(key)) == path for key in place.own):
        raise UsageProblem(f"{os.fsdecode(path)} is of a recording, which is never overwritten: name another file")


def _relocated_to(path: bytes, root: bytes, bucket: Bucket, rebuilt: RebuiltPlaylist) -> bytes:
    folder = _path_parts(path)[:-1]
    below = _path_parts(root)
    home = [*below, *rebuilt.key.split("/")[:-1]]

    def elsewhere(uri: str) -> str | None:
        target = resolve(uri, rebuilt.key, bucket.address).key
        return None if target is None else quoted_path(relative_path(folder, [*below, *target.split("/")]))

    return relocate(rebuilt.data, elsewhere, relative_folder(folder, home))


def _path_parts(path: bytes) -> list[str]:
    text = path.decode("utf-8", "surrogateescape")
    return [step for step in text.split("/") if step]
