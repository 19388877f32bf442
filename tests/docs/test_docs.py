"""The documentation agrees with the code."""

import re
from pathlib import Path
from typing import get_args

import pytest

from components.annotations.config import FormatName
from components.annotations.reasons import Reason
from components.model_gate.rules import GatesConfig
from pipeline.config import load_config

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def test_every_reason_code_is_documented_with_its_remedy() -> None:
    page = (ROOT / "docs" / "data.md").read_text()
    assert [reason for reason in Reason if f"| `{reason.value}` | {reason.remedy} |" not in page] == []


def test_every_format_has_its_section() -> None:
    headings = [line for line in (ROOT / "docs" / "formats.md").read_text().splitlines() if line.startswith("## ")]
    named = {name for heading in headings for name in re.findall(r"`(\w+)`", heading)}
    assert named == set(get_args(FormatName))


def test_every_gate_is_documented() -> None:
    page = (ROOT / "docs" / "gates.md").read_text()
    assert [name for name in GatesConfig.model_fields if f"`{name}`" not in page and f"gates.{name}" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_demo_yaml_names_every_section_that_it_explains() -> None:
    config = load_config(ROOT / "examples" / "demo.yaml")
    text = (ROOT / "examples" / "demo.yaml").read_text()
    assert [name for name in type(config).model_fields if f"\n{name}:" not in text] == []
