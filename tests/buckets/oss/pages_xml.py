"""Pages of ListObjectsV2 in all the forms that a server may write."""

from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote
from xml.sax.saxutils import escape

from ossrec.model import ObjectInfo

OWNER = "<Owner><ID>12345</ID><DisplayName>someone &amp; co</DisplayName></Owner>"
PLAIN_OWNER = "<Owner><ID>12345</ID><DisplayName>someone</DisplayName></Owner>"


class Style(NamedTuple):
    """How a page is written; the default is OSS's way."""

    gap: str = "\n  "
    encoded: bool = True
    safe: str = ""  # characters that percent-encoding leaves, besides the usual ones
    owner: str = ""
    owner_last: bool = False
    kind: str | None = "Normal"  # None: no Type element
    quote: str = '"'  # around the ETag
    fraction: str = ".000"
    count_first: bool = False  # KeyCount before the entries
    empty_tags: bool = False  # <Prefix/> instead of <Prefix></Prefix>
    declaration: str = '<?xml version="1.0" encoding="UTF-8"?>'
    transition: bool = False


def render(
    objects: list[ObjectInfo],
    style: Style = Style(),  # noqa: B008 - never changed
    *,
    token: str = "",
    prefix: str = "",
    key_count: int | None = None,
) -> bytes:
    gap = style.gap
    code = (lambda text: quote(text, safe=style.safe)) if style.encoded else escape
    count = f"{gap}<KeyCount>{len(objects) if key_count is None else key_count}</KeyCount>"
    parts = [style.declaration, "\n" if gap else "", "<ListBucketResult>", f"{gap}<Name>demo</Name>"]
    parts.append(f"{gap}<Prefix/>" if style.empty_tags and not prefix else f"{gap}<Prefix>{code(prefix)}</Prefix>")
    parts.append(f"{gap}<MaxKeys>1000</MaxKeys>{gap}<Delimiter></Delimiter>")
    parts.append(f"{gap}<EncodingType>url</EncodingType>" if style.encoded else "")
    parts.append(f"{gap}<IsTruncated>{'true' if token else 'false'}</IsTruncated>")
    parts.append(f"{gap}<NextContinuationToken>{code(token)}</NextContinuationToken>" if token else "")
    parts.append(count if style.count_first else "")
    for item in objects:
        parts += _entry(item, style, gap, code(item.key))
    parts += ["" if style.count_first else count, "\n" if gap else "", "</ListBucketResult>", "\n" if gap else ""]
    return "".join(parts).encode()


def _entry(item: ObjectInfo, style: Style, gap: str, key: str) -> list[str]:
    inner = gap + "  " if gap else ""
    moment = datetime.fromtimestamp(item.modified, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    restore = escape(item.restore)
    elements = [
        f"<Key>{key}</Key>",
        f"<LastModified>{moment}{style.fraction}Z</LastModified>",
        f"<ETag>{style.quote}{item.etag}{style.quote}</ETag>",
        f"<Type>{style.kind}</Type>" if style.kind is not None else "",
        f"<Size>{item.size}</Size>",
        f"<StorageClass>{item.storage}</StorageClass>",
        style.owner if not style.owner_last else "",
        f"<RestoreInfo>{restore}</RestoreInfo>" if item.restore else "",
        f"<TransitionTime>{moment}.000Z</TransitionTime>" if style.transition else "",
        style.owner if style.owner_last else "",
    ]
    return [f"{gap}<Contents>", *(inner + element for element in elements if element), f"{gap}</Contents>"]
