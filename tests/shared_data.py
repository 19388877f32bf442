"""Where real recordings lie, beside the checkout; tests that need them skip when they are absent."""

from pathlib import Path

SHARED_DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
SHARED_CASES = SHARED_DATA.parent / "cases"
