"""Renders all pages: from the templates beside this file, with one style and the same filters."""

import base64
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from foundation.messages.wording import counted


def render_page(template: str, filters: dict[str, Any], **values: Any) -> str:
    """One HTML document that needs no script and fetches nothing; `filters` are used by this page alone."""
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
        **filters,
    )
    return environment.get_template(template).render(**values)
