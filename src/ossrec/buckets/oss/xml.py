"""Parse XML from the network; document types are rejected, and entity declarations with them."""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element


class XmlError(ValueError):
    """The text is not well-formed XML, or declares a document type."""


class _NoDoctype(ElementTree.TreeBuilder):
    """Builds a tree, and rejects the declaration that every entity attack needs."""

    def doctype(self, *_: object) -> None:
        """Raise XmlError."""
        raise XmlError("it declares a document type")


def parse_xml(body: bytes) -> Element:
    """Return the root element of *body*; raises XmlError."""
    parser = ElementTree.XMLParser(target=_NoDoctype())  # noqa: S314 - document types are refused
    try:
        parser.feed(body)
        root = parser.close()
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise XmlError(f"it is not well-formed XML ({error})") from error
    if not isinstance(root, Element):
        raise XmlError("it is empty")
    return root


def local_name(element: Element) -> str:
    """Return the element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def child_text(parent: Element, name: str) -> str | None:
    """Return the text of the only child called *name*, None without such a child.

    Raises XmlError when there are several, or when the child contains elements.
    """
    found = [child for child in parent if local_name(child) == name]
    if not found:
        return None
    if len(found) > 1 or len(found[0]):
        raise XmlError(f"its {name} is repeated or contains elements")
    return found[0].text or ""
