"""The script of a page, apart from what people read."""

import base64
import hashlib
import re

_SCRIPT = re.compile(r'<script type="module">(.*?)</script>', re.DOTALL)


def without_script(page: str) -> str:
    """The page without its script, which is the one that its policy names."""
    (script,) = _SCRIPT.findall(page)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'\"" in page
    return _SCRIPT.sub("", page)
