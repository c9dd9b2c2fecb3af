"""Compares names that systems may have changed: in letter case, or in Unicode normalization."""

import unicodedata


def folded(name: str) -> str:
    """Return *name* without differences of case and normalization: a canonical caseless match (Unicode 3.13, D145)."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def spellings(name: str) -> list[str]:
    """Return the usual other spellings of *name*: composed, decomposed, in lower case, with the extension in either."""
    stem, dot, extension = name.rpartition(".")
    found = [f"{stem}{dot}{extension.lower()}", f"{stem}{dot}{extension.upper()}", name.lower()]
    if not name.isascii():
        found += [unicodedata.normalize(form, name) for form in ("NFC", "NFD")]
    return [other for other in dict.fromkeys(found) if other != name]
