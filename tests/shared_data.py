"""Where real recordings lie, and small inputs that were misread, beside the checkout; tests that need them skip without."""

from pathlib import Path

_SHARED = Path(__file__).resolve().parents[1].parent / "shared"
SHARED_DATA = _SHARED / "data"
SHARED_CASES = _SHARED / "cases"
