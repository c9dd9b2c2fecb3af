"""A folder as a bucket: skipped entries, links, and hostile file systems."""

import os
import shutil
import socket
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ossrec.buckets.local import bucket as local
from ossrec.buckets.local import walk
from ossrec.buckets.local.bucket import LocalBucket
from ossrec.errors import AccessDenied, BodyDamaged, BucketMissing, ObjectMissing, UsageProblem
from ossrec.model import Cursor, ObjectInfo, Page, Skipped
from tests.buckets.sample_buckets import MODIFIED, all_keys, all_pages, write_files


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder that any user may reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def as_nobody() -> Iterator[Callable[[], None]]:
    """Gives up the rights of the super-user, before whom nothing is unreadable."""
    user = os.geteuid()
    yield lambda: os.seteuid(65534) if user == 0 else None
    os.seteuid(user)


@pytest.fixture
def pages_of_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pages, so that a few files make several."""
    monkeypatch.setattr(local, "PAGE_KEYS", 10)


def skipped(bucket: LocalBucket, prefix: str = "", after: str = "") -> list[Skipped]:
    return [one for page in all_pages(bucket, prefix, after) for one in page.skipped]


def test_hidden_files_and_folders_are_left_out_and_said(root: Path) -> None:
    write_files(root, {".git/config": b"", "a/.part": b"", "a/b.ts": b"", "…": b""})
    bucket = LocalBucket(str(root))
    assert all_keys(bucket) == ["a/b.ts", "…"]
    assert skipped(bucket) == [Skipped(".git", walk.HIDDEN), Skipped("a/.part", walk.HIDDEN)]
    assert skipped(bucket, "a/") == [Skipped("a/.part", walk.HIDDEN)]
    assert skipped(bucket, ".git/") == [Skipped(".git", walk.HIDDEN)]
    assert skipped(bucket, "", "a/.q") == []
    with pytest.raises(ObjectMissing):
        bucket.read("a/.part", limit=1)


def test_names_that_are_not_utf8_are_left_out_and_said(root: Path) -> None:
    folder = root / os.fsdecode(b"d\xff")
    folder.mkdir()
    (folder / "x.ts").touch()
    (root / os.fsdecode(b"a\x80\n.ts")).touch()
    bucket = LocalBucket(str(root))
    assert all_keys(bucket) == []
    assert skipped(bucket) == [Skipped("a\\x80\\n.ts", walk.NOT_UTF8), Skipped("d\\xff", walk.NOT_UTF8)]


def test_what_is_neither_file_nor_folder_is_left_out_and_never_opened(root: Path) -> None:
    os.mkfifo(root / "pipe.m3u8")
    (root / "to-pipe").symlink_to("pipe.m3u8")
    (root / "device").symlink_to("/dev/null")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(root / "socket"))
    bucket = LocalBucket(str(root))
    assert all_keys(bucket) == []
    assert skipped(bucket) == [
        Skipped("device", walk.LEAVES),
        Skipped("pipe.m3u8", walk.SPECIAL),
        Skipped("socket", walk.SPECIAL),
        Skipped("to-pipe", walk.SPECIAL),
    ]
    for key in ("pipe.m3u8", "to-pipe", "device", "socket"):
        with pytest.raises(ObjectMissing):  # opening the pipe would wait for ever
            bucket.read(key, limit=10)


def test_links_within_the_folder_are_followed(root: Path) -> None:
    write_files(root, {"real/x.ts": b"12", "real/deep/y.ts": b""})
    (root / "a-link").symlink_to("real", target_is_directory=True)
    (root / "file").symlink_to(root / "real" / "x.ts")
    bucket = LocalBucket(str(root))
    assert all_keys(bucket) == ["a-link/deep/y.ts", "a-link/x.ts", "file", "real/deep/y.ts", "real/x.ts"]
    assert all_keys(bucket, "a-link/") == ["a-link/deep/y.ts", "a-link/x.ts"]
    assert bucket.read("a-link/x.ts", limit=9).data == bucket.read("file", limit=9).data == b"12"


def test_links_that_leave_the_folder_are_not(root: Path, tmp_path: Path) -> None:
    write_files(tmp_path, {"passwd": b"secret"})
    write_files(root, {"b": b""})
    (root / "a").symlink_to(tmp_path / "passwd")
    (root / "c").symlink_to(tmp_path)
    (root / "d").symlink_to("..")
    (root / "gone").symlink_to("nowhere")
    bucket = LocalBucket(str(root))
    assert all_keys(bucket) == ["b"]
    assert skipped(bucket) == [
        Skipped("a", walk.LEAVES),
        Skipped("c/", walk.LEAVES),
        Skipped("d/", walk.LEAVES),
        Skipped("gone", walk.BROKEN),
    ]
    for key in ("a", "c/passwd", "d/b", "gone"):
        with pytest.raises(ObjectMissing):
            bucket.read(key, limit=10)
    assert all_keys(bucket, "c/") == []


def test_a_folder_beside_the_root_with_a_longer_name_is_outside(tmp_path: Path) -> None:
    write_files(tmp_path, {"root/a": b"", "root-2/secret": b"x"})
    (tmp_path / "root" / "link").symlink_to("../root-2")
    bucket = LocalBucket(str(tmp_path / "root"))
    assert all_keys(bucket) == ["a"]
    assert skipped(bucket) == [Skipped("link/", walk.LEAVES)]


@pytest.mark.parametrize(
    ("links", "keys", "reasons"),
    [
        pytest.param({"a/up": ".."}, ["a/x", "b/x"], {"a/up/": walk.LOOP}, id="to the root"),
        pytest.param({"a/here": "."}, ["a/x", "b/x"], {"a/here/": walk.LOOP}, id="to its own folder"),
        pytest.param({"self": "self"}, ["a/x", "b/x"], {"self": walk.LOOP}, id="to itself"),
        pytest.param(
            {"a/b": "../b", "b/a": "../a"},
            ["a/b/x", "a/x", "b/a/x", "b/x"],
            {"a/b/a/": walk.LOOP, "b/a/b/": walk.LOOP},
            id="to each other",
        ),
    ],
)
def test_links_in_a_circle_end(root: Path, links: dict[str, str], keys: list[str], reasons: dict[str, str]) -> None:
    write_files(root, {"a/x": b"", "b/x": b""})
    for name, target in links.items():
        (root / name).symlink_to(target)
    bucket = LocalBucket(str(root))
    assert all_keys(bucket) == keys
    assert {one.name: one.reason for one in skipped(bucket)} == reasons


def test_links_that_multiply_are_followed_only_so_deep(root: Path) -> None:
    for n in range(30):  # 2 ** 30 ways through, if one let them
        (root / f"{n:02}").mkdir()
        for side in "lr":
            (root / f"{n:02}" / side).symlink_to(f"../{n + 1:02}")
    write_files(root, {"30/x": b""})
    reasons = {one.reason for one in skipped(LocalBucket(str(root)), "00/")}
    assert reasons == {walk.TOO_MANY_LINKS}


def test_files_that_may_not_be_read_are_listed_and_refused(root: Path, as_nobody: Callable[[], None]) -> None:
    write_files(root, {"a": b"x"})
    (root / "a").chmod(0)
    as_nobody()
    bucket = LocalBucket(str(root))
    assert all_keys(bucket) == ["a"]
    with pytest.raises(AccessDenied, match="'a': permission denied: run as"):
        bucket.read("a", limit=10)


@pytest.mark.parametrize("mode", [0, 0o444, 0o111])
def test_folders_that_may_not_be_read_are_left_out_and_said(
    root: Path, as_nobody: Callable[[], None], mode: int
) -> None:
    write_files(root, {"a/b/x": b"", "c": b""})
    (root / "a").chmod(mode)
    as_nobody()
    bucket = LocalBucket(str(root))
    assert all_keys(bucket) == ["c"]
    assert {one.reason for one in skipped(bucket)} == {walk.UNREADABLE}
    if mode != 0o111:
        with pytest.raises(AccessDenied, match="no permission to read the folder"):  # not: an empty prefix
            bucket.page("a/b/")
        with pytest.raises(AccessDenied):
            bucket.read("a/b/x", limit=1)


def test_a_root_that_may_not_be_read_is_no_empty_bucket(root: Path, as_nobody: Callable[[], None]) -> None:
    root.chmod(0o311)
    as_nobody()
    with pytest.raises(AccessDenied, match="no permission to read the folder"):
        LocalBucket(str(root)).page()


@pytest.mark.usefixtures("pages_of_ten")
def test_a_page_of_nothing_but_names_left_out_is_not_the_end(root: Path) -> None:
    write_files(root, {f".{n:02}": b"" for n in range(25)} | {"z": b""})
    pages = all_pages(LocalBucket(str(root)))
    assert [len(page.skipped) for page in pages] == [10, 10, 5]
    assert [item.key for page in pages for item in page.objects] == ["z"]


@pytest.mark.usefixtures("pages_of_ten")
def test_a_listing_that_is_resumed_says_what_is_left_out_once(root: Path) -> None:
    write_files(root, {f"{n}/{kind}": b"" for n in range(9) for kind in (".h", "x", "y")})
    bucket = LocalBucket(str(root))
    first = bucket.page()
    assert first.next is not None
    rest = skipped(LocalBucket(str(root)), "", first.next.after)  # as another process would
    assert (len(first.skipped), len(rest)) == (5, 4)


@pytest.mark.usefixtures("pages_of_ten")
def test_files_come_and_go_while_the_walk_goes_on(root: Path) -> None:
    write_files(root, {f"{folder}/{n}": b"" for folder in "abcd" for n in range(4)})
    bucket = LocalBucket(str(root))
    first = bucket.page()
    etag = first.objects[0].etag
    assert first.next is not None
    assert first.next.after == "c/1"
    (root / "c" / "2").unlink()
    (root / "c" / "2").mkdir()
    shutil.rmtree(root / "d")
    write_files(root, {"e/new": b"", "a/new": b""})
    assert bucket.page("", first.next) == Page([ObjectInfo("c/3", 0, MODIFIED, etag)], None)


@pytest.mark.usefixtures("pages_of_ten")
def test_a_folder_that_vanishes_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    root = tmp_path / "mount"
    write_files(root, {f"{n:02}": b"" for n in range(15)})
    bucket = LocalBucket(str(root))
    following = bucket.page().next
    assert following is not None
    root.rename(tmp_path / "away")
    with pytest.raises(BucketMissing):
        bucket.page("", following)
    with pytest.raises(BucketMissing):
        bucket.page()
    root.mkdir()  # an empty one in its place, as when a mount goes away
    with pytest.raises(BucketMissing, match="the folder was replaced: check that it is still mounted"):
        bucket.page("", Cursor("0"))


def test_a_file_written_to_while_it_is_read_is_damaged(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(root, {"a": b"12345"})
    bucket = LocalBucket(str(root))
    fstat = os.fstat

    def and_then_write(descriptor: int) -> os.stat_result:
        status = fstat(descriptor)
        if stat.S_ISREG(status.st_mode):
            (root / "a").write_bytes(b"123")
        return status

    monkeypatch.setattr(os, "fstat", and_then_write)
    with pytest.raises(BodyDamaged, match="the file was modified during the read: try again"):
        bucket.read("a", limit=10)


def test_a_path_deeper_than_any_stack(root: Path) -> None:
    depth = 1200
    here = os.open(root, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("x", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    bucket = LocalBucket(str(root))
    assert all_keys(bucket) == ["d/" * depth + "x"]
    assert bucket.read("d/" * depth + "x", limit=1).size == 0
    subprocess.run(["rm", "-r", root / "d"], check=True)  # Python 3.11's own way to remove it is recursive


def test_a_path_longer_than_the_system_takes_is_left_out_and_said(root: Path) -> None:
    here = os.open(root, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=here)
        below = os.open("d" * 250, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    assert {one.reason for one in skipped(LocalBucket(str(root)))} == {walk.TOO_LONG}


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda path: None, "No such file or directory: give the path of a folder, or oss:", id="nothing"),
        pytest.param(lambda path: path.touch(), "not a folder: give the folder that contains the files", id="a file"),
        pytest.param(lambda path: path.symlink_to("nowhere"), "No such file", id="a link to nothing"),
    ],
)
def test_there_must_be_a_folder(tmp_path: Path, make: Callable[[Path], None], said: str) -> None:
    make(tmp_path / "x")
    with pytest.raises(BucketMissing, match=said):
        LocalBucket(str(tmp_path / "x"))


@pytest.mark.parametrize("path", ["a\0b", os.fsdecode(b"\xff")], ids=["a NUL", "not UTF-8"])
def test_a_path_that_is_no_text_is_refused(path: str) -> None:
    with pytest.raises(UsageProblem, match="not Unicode text"):
        LocalBucket(path)


def test_its_name_is_the_real_path(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)
    assert LocalBucket(str(tmp_path / "link")).name == str(root.resolve())


def test_times_before_1970_are_whole_seconds_too(root: Path) -> None:
    write_files(root, {"a": b""})
    os.utime(root / "a", ns=(-1_500_000_000, -1_500_000_000))
    assert LocalBucket(str(root)).page().objects[0].modified == -2
