"""XML documents as text."""

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from foundation.messages.errors import UserError

# All others are no characters of XML 1.0, in whatever way they are written.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def add(parent: Element, name: str, text: str | int = "") -> Element:
    """Add an element with a text, and return it."""
    element = SubElement(parent, name)
    element.text = allowed(str(text))
    return element


def allowed(text: str) -> str:
    """The text; raises UserError if XML cannot hold it."""
    found = _FORBIDDEN.search(text)
    if found:
        raise UserError(f"{text!r} has the character U+{ord(found[0]):04X}, which XML cannot hold; write it otherwise")
    return text


def document(root: Element) -> str:
    """A whole file, in UTF-8."""
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'
