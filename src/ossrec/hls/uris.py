"""Which object of the bucket a URI in a playlist means, as players read it (RFC 3986 5).

A URI is data from a stranger. What leads out of the bucket, or cannot be read in one way only, has no
key and is a fault; nothing is ever fetched by URI.
"""

import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from ossrec.findings import Finding
from ossrec.hls.collector import FindingCollector, excerpt
from ossrec.hls.parser.attributes import TextFault
from ossrec.hls.playlist import Playlist
from ossrec.model import BucketAddress

# Neither escapes, nor a scheme, nor dot segments: the name of a file beside the playlist or below it.
_PLAIN = re.compile(r"[\w~!$&'()*+,;=@-][\w~!$&'()*+,;=@.-]*(?:/[\w~!$&'()*+,;=@-][\w~!$&'()*+,;=@.-]*)*", re.ASCII)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_AUTHORITY = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # and what is no character at all
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SIGNED = re.compile(r"(?:^|&)(?:Signature|OSSAccessKeyId|x-oss-signature|x-oss-credential)=", re.IGNORECASE)
_DOT = re.compile(r"%2e", re.IGNORECASE)


class ResolvedUri(NamedTuple):
    """What a URI leads to."""

    key: str | None  # of the object that players ask for; None: refused, never to be looked up
    literal: str | None = None  # the key when the URI was meant as a bare file name, where that differs
    faults: tuple[TextFault, ...] = ()


class ResolvedUris(NamedTuple):
    """Where every URI of a playlist leads, in the order of its segments and resources."""

    segments: tuple[ResolvedUri, ...]
    resources: tuple[ResolvedUri, ...]
    findings: tuple[Finding, ...]


def resolve_playlist(playlist: Playlist, playlist_key: str, address: BucketAddress, prefix: str = "") -> ResolvedUris:
    """`resolve` for each URI of *playlist*, with the findings of rule 17 about them."""
    notes = FindingCollector(playlist_key)
    segments = tuple(resolve(segment.uri, playlist_key, address, prefix) for segment in playlist.segments)
    resources = tuple(resolve(resource.uri, playlist_key, address, prefix) for resource in playlist.resources)
    for segment, target in zip(playlist.segments, segments, strict=True):
        for code, detail in target.faults:
            notes.add_at(segment, code, detail)
    for resource, target in zip(playlist.resources, resources, strict=True):
        for code, detail in target.faults:
            notes.add(code, detail, resource.line)
    return ResolvedUris(segments, resources, tuple(notes.all()))


def resolve(uri: str, playlist_key: str, address: BucketAddress, prefix: str = "") -> ResolvedUri:
    """Where *uri* in the playlist *playlist_key* leads, within *prefix* of the bucket at *address*.

    A recorder may write file names without escaping them: ``literal`` is the key by that reading. An
    object found only there plays in no browser. Ports are ignored: only the host says which bucket.
    Never raises.
    """
    folder = playlist_key[: playlist_key.rfind("/") + 1]
    if _PLAIN.fullmatch(uri) and folder.startswith(prefix):
        return ResolvedUri(folder + uri)
    faults = _spelling(uri)
    key = _key(uri, folder, address)
    if isinstance(key, str) and not key.startswith(prefix):
        key = TextFault("HLS174", excerpt(key))
    if isinstance(key, TextFault):
        return ResolvedUri(None, _literal(uri, folder, prefix, None), (*faults, key))
    return ResolvedUri(key, _literal(uri, folder, prefix, key), tuple(faults))


def _spelling(uri: str) -> list[TextFault]:
    """What is written badly, and is read all the same."""
    path, query = _parts(uri)
    faults = []
    if "\\" in path:
        faults.append(TextFault("HLS176", excerpt(uri)))
    if " " in path:
        faults.append(TextFault("HLS177", excerpt(uri)))
    if _STRAY.search(path):
        faults.append(TextFault("HLS178", excerpt(uri)))
    if _SIGNED.search(query):
        faults.append(TextFault("HLS175", excerpt(uri)))
    return faults


def _parts(uri: str) -> tuple[str, str]:
    """What stands before the query, and the query; the fragment is dropped."""
    path, _mark, query = uri.partition("#")[0].partition("?")
    return path, query


def _key(uri: str, folder: str, address: BucketAddress) -> str | TextFault:
    """The key that players ask for, or why there is none."""
    found = _CONTROL.search(uri)
    if found:
        return TextFault("HLS170", f"character U+{ord(found[0]):04X}")
    path = _parts(uri)[0].replace("\\", "/")  # as the URL standard has it, and with it every browser
    scheme = _SCHEME.match(path)
    if scheme:
        if scheme[1].lower() not in ("http", "https"):
            return TextFault("HLS172", excerpt(uri))
        path = path[scheme.end() :]
        if not path.startswith("//"):
            return TextFault("HLS170", f"no host in {excerpt(uri)}")
    if path.startswith("//"):
        behind = _behind_host(path[2:], address)
        return behind if isinstance(behind, TextFault) else _decode(behind, "")
    if path.startswith("/"):
        return _decode(path[1:], "")
    # The folder is part of a key, not of a URI: its percent signs and dots are literal.
    return _decode(path, folder) if path else TextFault("HLS170", "no file name")


def _behind_host(rest: str, address: BucketAddress) -> str | TextFault:
    """The path behind a host that is the bucket's own, without its first slash."""
    authority, _slash, path = rest.partition("/")
    found = _AUTHORITY.fullmatch(authority)
    if found is None:
        return TextFault("HLS170", f"host cannot be read: {excerpt(authority)}")
    host = found[1].lower().removesuffix(".")
    if host in address.hosts:
        return path
    if host in address.path_hosts:
        bucket, _slash, path = path.partition("/")
        return path if bucket == address.bucket else TextFault("HLS171", f"bucket {excerpt(bucket)} at {excerpt(host)}")
    return TextFault("HLS171", excerpt(host))


def _decode(path: str, folder: str) -> str | TextFault:
    """The key for a path: dot segments taken out, then escapes decoded."""
    parts = folder.split("/")[:-1]
    steps = _DOT.sub(".", path).split("/")
    for step in steps:
        if step == "..":
            if not parts:
                return TextFault("HLS173", excerpt(path))
            parts.pop()
        elif step != ".":
            part = _unquote(step)
            if isinstance(part, TextFault):
                return part
            parts.append(part)
    if steps[-1] in (".", ".."):
        parts.append("")
    key = "/".join(parts)
    if key in ("", "/"):
        return TextFault("HLS170", "no file name")
    if {".", ".."} & set(key.split("/")):  # behind an escaped slash
        return TextFault("HLS173", excerpt(path))
    return key


def _unquote(part: str) -> str | TextFault:
    """One path segment with its escapes decoded."""
    if "%" not in part:
        return part
    try:
        text = unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError:
        return TextFault("HLS170", f"escapes are not UTF-8: {excerpt(part)}")
    found = _CONTROL.search(text)
    return TextFault("HLS170", f"escaped character U+{ord(found[0]):04X}") if found else text


def _literal(uri: str, folder: str, prefix: str, key: str | None) -> str | None:
    """The key when the whole URI is a bare file name, if that is another one and could be an object's."""
    literal = folder + uri
    if literal == key or not uri or uri.startswith(("/", "\\")) or "://" in uri or _CONTROL.search(uri):
        return None
    if {".", ".."} & set(uri.replace("\\", "/").split("/")) or not literal.startswith(prefix):
        return None
    return literal
