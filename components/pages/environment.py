"""Renders all pages: from the templates beside this file, with one style, one script and the same filters."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from foundation.messages.wording import counted

_SECTION = re.compile(r'<section id="([^"]+)">\s*<h2[^>]*>(.*?)</h2>', re.DOTALL)


def render_page(template: str, filters: dict[str, Any], **values: Any) -> str:
    """One HTML document that fetches nothing and can be read without scripts; `filters` are used by this page alone.

    Its one script is ours: the page's policy refuses any other.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        fraction=lambda value: f"{value:.3f}",
        counted=counted,
        base64=lambda data: base64.b64encode(data).decode(),
        digest=_digest,
        sections=_sections,
        **filters,
    )
    return environment.get_template(template).render(**values)


def _sections(html: str) -> list[tuple[str, str]]:
    """Ids and headings, as plain text, of the sections that have both."""
    return [(name, Markup(heading).striptags()) for name, heading in _SECTION.findall(html)]


def _digest(script: str) -> str:
    """As a policy names a script that may run."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"
