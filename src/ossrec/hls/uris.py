"""Resolves the URIs of a playlist to object keys, as players do (RFC 3986 5).

A URI is untrusted data. A URI that leads out of the bucket or is ambiguous has no key and is a fault; nothing is
ever fetched by URI.
"""

import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from ossrec.findings import Finding
from ossrec.hls.collector import FindingCollector, excerpt
from ossrec.hls.parser.attributes import TextFault
from ossrec.hls.playlist import Playlist
from ossrec.model import BucketAddress

# No escapes, no scheme, no dot segments: the name of a file in the folder of the playlist or below.
_PLAIN = re.compile(r"[\w~!$&'()*+,;=@-][\w~!$&'()*+,;=@.-]*(?:/[\w~!$&'()*+,;=@-][\w~!$&'()*+,;=@.-]*)*", re.ASCII)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_AUTHORITY = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # and surrogates
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SIGNED = re.compile(r"(?:^|&)(?:Signature|OSSAccessKeyId|x-oss-signature|x-oss-credential)=", re.IGNORECASE)
_IN_PLAYER = re.compile(r"(?:data|skd):", re.IGNORECASE)  # a key in the playlist itself, or from a DRM system
_DOT = re.compile(r"%2e", re.IGNORECASE)


class ResolvedUri(NamedTuple):
    """The object that a URI leads to."""

    key: str | None  # of the object that players request; None: refused, never looked up
    literal: str | None = None  # the key if the URI is an unescaped file name, if that differs
    faults: tuple[TextFault, ...] = ()


class ResolvedUris(NamedTuple):
    """The resolved URIs of a playlist, in the order of its segments and resources."""

    segments: tuple[ResolvedUri, ...]
    resources: tuple[ResolvedUri, ...]
    findings: tuple[Finding, ...]


def resolve_playlist(playlist: Playlist, playlist_key: str, address: BucketAddress, prefix: str = "") -> ResolvedUris:
    """Resolve each URI of *playlist*, with findings by rule 17."""
    findings = FindingCollector(playlist_key)
    segments = tuple(resolve(segment.uri, playlist_key, address, prefix) for segment in playlist.segments)
    resources = tuple(resolve(resource.uri, playlist_key, address, prefix) for resource in playlist.resources)
    for segment, target in zip(playlist.segments, segments, strict=True):
        for code, detail in target.faults:
            findings.add_at(segment, code, detail)
    for resource, target in zip(playlist.resources, resources, strict=True):
        for code, detail in target.faults:
            is_elsewhere = resource.role == "key" and _is_key_elsewhere(code, resource.uri)
            findings.add("HLS205" if is_elsewhere else code, detail, resource.line)
    return ResolvedUris(segments, resources, tuple(findings.all()))


def _is_key_elsewhere(code: str, uri: str) -> bool:
    """Return whether the fault of a key's URI only means that players get the key from another source."""
    return code == "HLS171" or (code == "HLS172" and _IN_PLAYER.match(uri) is not None)


def resolve(uri: str, playlist_key: str, address: BucketAddress, prefix: str = "") -> ResolvedUri:
    """Resolve *uri* in the playlist *playlist_key*, within *prefix* of the bucket at *address*.

    A recorder may write file names without escaping them: ``literal`` is the key by that reading. An object found only
    under that key plays in no browser. Ports are ignored: only the host identifies the bucket. Never raises.
    """
    folder = playlist_key[: playlist_key.rfind("/") + 1]
    if _PLAIN.fullmatch(uri) and folder.startswith(prefix):
        return ResolvedUri(folder + uri)
    faults = _spelling_faults(uri)
    key = _key_or_fault(uri, folder, address)
    if isinstance(key, str) and not key.startswith(prefix):
        key = TextFault("HLS174", excerpt(key))
    if isinstance(key, TextFault):
        return ResolvedUri(None, _literal(uri, folder, prefix, None), (*faults, key))
    return ResolvedUri(key, _literal(uri, folder, prefix, key), tuple(faults))


def _spelling_faults(uri: str) -> list[TextFault]:
    """Return the spelling mistakes that do not keep the URI from being resolved."""
    path, query = _path_and_query(uri)
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


def _path_and_query(uri: str) -> tuple[str, str]:
    """Split *uri* into path and query, without the fragment."""
    path, _mark, query = uri.partition("#")[0].partition("?")
    return path, query


def _key_or_fault(uri: str, folder: str, address: BucketAddress) -> str | TextFault:
    """Return the key that players request, or the reason why there is none."""
    found = _CONTROL.search(uri)
    if found:
        return TextFault("HLS170", f"character U+{ord(found[0]):04X}")
    path = _path_and_query(uri)[0].replace("\\", "/")  # as in the URL standard, and so in every browser
    scheme = _SCHEME.match(path)
    if scheme:
        if scheme[1].lower() not in ("http", "https"):
            return TextFault("HLS172", excerpt(uri))
        path = path[scheme.end() :]
        if not path.startswith("//"):
            return TextFault("HLS170", f"no host in {excerpt(uri)}")
    if path.startswith("//"):
        inside = _path_in_bucket(path[2:], address)
        return inside if isinstance(inside, TextFault) else _decoded_key(inside, "")
    if path.startswith("/"):
        return _decoded_key(path[1:], "")
    # The folder is part of a key, not of a URI: its percent signs and dots are literal.
    return _decoded_key(path, folder) if path else TextFault("HLS170", "no file name")


def _path_in_bucket(rest: str, address: BucketAddress) -> str | TextFault:
    """Return the path in the bucket without its first slash, if the host is that of the bucket."""
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


def _decoded_key(path: str, folder: str) -> str | TextFault:
    """Return the key for a path: dot segments removed, then escapes decoded."""
    parts = folder.split("/")[:-1]
    steps = _DOT.sub(".", path).split("/")
    for step in steps:
        if step == "..":
            if not parts:
                return TextFault("HLS173", excerpt(path))
            parts.pop()
        elif step != ".":
            part = _decoded_part(step)
            if isinstance(part, TextFault):
                return part
            parts.append(part)
    if steps[-1] in (".", ".."):
        parts.append("")
    key = "/".join(parts)
    if key in ("", "/"):
        return TextFault("HLS170", "no file name")
    if {".", ".."} & set(key.split("/")):  # after an escaped slash
        return TextFault("HLS173", excerpt(path))
    return key


def _decoded_part(part: str) -> str | TextFault:
    """Return a path segment with its escapes decoded."""
    if "%" not in part:
        return part
    try:
        text = unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError:
        return TextFault("HLS170", f"escapes are not UTF-8: {excerpt(part)}")
    found = _CONTROL.search(text)
    return TextFault("HLS170", f"escaped character U+{ord(found[0]):04X}") if found else text


def _literal(uri: str, folder: str, prefix: str, key: str | None) -> str | None:
    """Return the key if the whole URI is an unescaped file name; None if that is *key*, or not a possible key."""
    literal = folder + uri
    if literal == key or not uri or uri.startswith(("/", "\\")) or "://" in uri or _CONTROL.search(uri):
        return None
    if {".", ".."} & set(uri.replace("\\", "/").split("/")) or not literal.startswith(prefix):
        return None
    return literal
