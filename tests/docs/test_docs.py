"""The documentation agrees with the code."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from components.annotation_validator.checks.catalogue import CHECKS
from components.annotation_validator.config import ChecksConfig
from components.annotations.config import NegativesConfig
from components.annotations.readers.catalogue import READERS
from components.annotations.readers.options import Columns
from components.annotations.records.reasons import Reason
from components.evaluator.config import EvaluationConfig
from components.model_gate.config import GatesConfig
from components.model_gate.rules import RULES
from components.pusher.config import PushConfig
from components.serving_validator.rules import ServingValidationConfig
from docs.generate.commands import commands
from foundation.section import Section
from models.augmentation.config import AugmentationConfig
from models.networks.catalogue import NETWORKS
from models.training.config import TrainingConfig, WarmStartConfig
from models.tuning.config import TunerConfig
from pipeline.config import load_config
from pipeline.kubeflow.config import KubeflowConfig, ResourcesConfig
from pipeline.prediction.config import SegmentsConfig
from pipeline.watch.config import WatchConfig

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def test_the_table_of_reasons_is_that_of_the_code() -> None:
    page = (ROOT / "docs" / "data.md").read_text()
    table = page[page.index("| code | what to do |") :].partition("\n\n")[0].splitlines()[2:]
    assert table == [f"| `{reason.value}` | {reason.remedy} |" for reason in Reason]


def test_every_command_is_in_the_readme() -> None:
    page = (ROOT / "README.md").read_text()
    assert [name for name in commands() if not re.search(rf"\| `clipgate {name}[ `]", page)] == []


@pytest.mark.parametrize("model", [Columns, NegativesConfig])
def test_every_column_and_every_key_of_negatives_is_documented(model: type[BaseModel]) -> None:
    page = (ROOT / "docs" / "data.md").read_text()
    assert [name for name in model.model_fields if f"`{name}`" not in page and f"{name}:" not in page] == []


def test_every_format_has_its_section() -> None:
    headings = [line for line in (ROOT / "docs" / "formats.md").read_text().splitlines() if line.startswith("## ")]
    named = {name for heading in headings for name in re.findall(r"`(\w+)`", heading)}
    assert named == set(READERS)


def test_every_network_is_described_and_has_its_costs_in_every_preset() -> None:
    rows = [
        line.split("|")[1:3] for line in (ROOT / "docs" / "models.md").read_text().splitlines() if line[:3] == "| `"
    ]
    named = {name for first, _ in rows for name in re.findall(r"`(\w+)`", first)}
    costs = [tuple(cell.strip(" `") for cell in row) for row in rows if re.fullmatch(r" `\w+` ", row[1])]
    assert named == set(NETWORKS)
    assert sorted(costs) == sorted((name, preset) for name in NETWORKS for preset in NETWORKS[name].presets)


def test_every_gate_is_documented() -> None:
    page = (ROOT / "docs" / "gates.md").read_text()
    assert [name for name in GatesConfig.model_fields if f"`{name}`" not in page and f"gates.{name}" not in page] == []


def test_every_rule_is_in_the_table_with_its_default() -> None:
    page = (ROOT / "docs" / "gates.md").read_text()
    rows = {line.split(" | ")[0][2:]: line.split(" | ")[1:3] for line in page.splitlines() if line.startswith("| ")}
    for rule in RULES:
        key, default = rows[rule.title.replace("_", " ")]
        value = GatesConfig.model_fields[key.strip("`")].default
        assert default == ("none" if value is None else f"{value:g}")


def test_every_key_of_the_evaluation_is_documented() -> None:
    page = (ROOT / "docs" / "gates.md").read_text()
    assert [name for name in EvaluationConfig.model_fields if f"| `{name}` |" not in page] == []


@pytest.mark.parametrize("section", [TrainingConfig, WarmStartConfig, AugmentationConfig])
def test_every_option_of_training_is_documented_with_its_default(section: type[Section]) -> None:
    page = (ROOT / "docs" / "training.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| `")]

    def is_documented(name: str, default: object) -> bool:
        text = "none" if default in (None, ()) else str(default).lower()
        return any(f"`{name}`" in row.split("|")[1] and text in row.split("|")[2] for row in rows)

    fields = {name: field.default for name, field in section.model_fields.items() if name != "augmentation"}
    assert [name for name, default in fields.items() if not is_documented(name, default)] == []


def test_every_option_of_segments_is_documented_with_its_default() -> None:
    page = (ROOT / "docs" / "prediction.md").read_text()
    defaults = {name: field.default for name, field in SegmentsConfig.model_fields.items() if name != "background"}
    rows = [line.replace("`", "") for line in page.splitlines()]
    for name, default in defaults.items():
        start = f"| --{name.replace('_', '-')} | {default} |"
        assert any(row.startswith(start) for row in rows), start


def test_every_key_of_the_tuner_is_documented() -> None:
    page = (ROOT / "docs" / "tuning.md").read_text()
    assert [name for name in TunerConfig.model_fields if f"| `{name}` |" not in page] == []


def test_every_key_of_watch_is_documented_with_its_default() -> None:
    page = (ROOT / "docs" / "watch.md").read_text()
    defaults = {name: field.default for name, field in WatchConfig.model_fields.items()}
    rows = (f"| `{name}` | {'none' if default == () else default} |" for name, default in defaults.items())
    assert [row for row in rows if row not in page] == []


def test_every_key_of_push_is_documented() -> None:
    page = (ROOT / "docs" / "serving.md").read_text()
    assert [name for name in PushConfig.model_fields if f"`push.{name}" not in page] == []


def test_every_key_of_the_validation_is_documented() -> None:
    page = (ROOT / "docs" / "serving.md").read_text()
    assert [name for name in ServingValidationConfig.model_fields if f"| `{name}` |" not in page] == []


@pytest.mark.parametrize("section", [KubeflowConfig, ResourcesConfig])
def test_every_key_for_a_cluster_is_documented(section: type[Section]) -> None:
    page = (ROOT / "docs" / "kubeflow.md").read_text()
    assert [name for name in section.model_fields if f"`{name}`" not in page] == []


def test_the_configurations_for_a_cluster_are_some(tmp_path: Path) -> None:
    first, larger, _ = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "kubeflow.md").read_text(), re.DOTALL)
    for text in (first, f"output_dir: o\ndata: {{annotations: a.csv, videos: v}}\n{larger}"):
        (tmp_path / "config.yaml").write_text(text)
        assert load_config(tmp_path / "config.yaml").kubeflow.resources["Trainer"].cpu


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^):]+)\)", page.read_text())
    places = {link: (page.parent / link.partition("#")[0] if link[0] != "#" else page) for link in links}
    assert [link for link, place in places.items() if not place.exists()] == []
    assert [
        link for link, place in places.items() if "#" in link and link.partition("#")[2] not in anchors(place)
    ] == []


def anchors(page: Path) -> set[str]:
    """What a link can name of a page: its headings, as code hosts spell them."""
    headings = [line.lstrip("#").strip().lower() for line in page.read_text().splitlines() if line.startswith("#")]
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings}


def test_demo_yaml_names_every_section_that_it_explains() -> None:
    config = load_config(ROOT / "examples" / "demo.yaml")
    text = (ROOT / "examples" / "demo.yaml").read_text()
    assert [name for name in type(config).model_fields if f"\n{name}:" not in text] == []


def test_every_check_has_its_section_with_its_bar() -> None:
    page = (ROOT / "docs" / "checks.md").read_text()
    sections = {text.partition("`")[0]: text for text in page.split("\n### `")[1:]}
    assert list(sections) == [check.id for check in CHECKS]
    assert [check.id for check in CHECKS if str(check.bar.default) not in sections[check.id]] == []
    assert [name for name in ChecksConfig.model_fields if f"`{name}`" not in page and f"{name}:" not in page] == []


def test_the_table_of_checks_is_the_catalogue() -> None:
    page = (ROOT / "docs" / "checks.md").read_text()
    table = page[page.index("| check | bar |") :].partition("\n\n")[0].splitlines()[2:]
    assert table == [
        f"| [`{check.id}`](#{check.id}) | {check.bar.default} | {check.severity.value} | {check.needs.value} | "
        f"{check.fix.value} |"
        for check in CHECKS
    ]
