"""XML from the network, read without ever obeying it: no document types, so no entities of its own."""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element


class XmlError(ValueError):
    """The text is not well-formed XML, or declares a document type."""


class _NoDoctype(ElementTree.TreeBuilder):
    """Builds a tree and refuses the declaration that every entity attack needs."""

    def doctype(self, *_: object) -> None:
        """Refuse it, whatever it declares."""
        raise XmlError("it declares a document type")


def parse_markup(body: bytes) -> Element:
    """The root element of *body*; raises MarkupError."""
    parser = ElementTree.XMLParser(target=_NoDoctype())  # noqa: S314 - document types are refused
    try:
        parser.feed(body)
        root = parser.close()
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise XmlError(f"it is not whole XML ({error})") from error
    if not isinstance(root, Element):
        raise XmlError("it is empty")
    return root


def local_name(element: Element) -> str:
    """The element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def leaf_text(parent: Element, name: str) -> str | None:
    """The text of the only child called *name*, None without one.

    Raises MarkupError when there are several, or elements inside of it.
    """
    found = [child for child in parent if local_name(child) == name]
    if not found:
        return None
    if len(found) > 1 or len(found[0]):
        raise XmlError(f"it has {name} more than once, or with elements inside")
    return found[0].text or ""
