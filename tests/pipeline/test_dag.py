"""What a change of the configuration makes TFX run again: a component whose parameters are the same comes from the cache."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Config
from pipeline.dag import create_pipeline
from pipeline.plan import Plan


def parameters(folder: Path, sections: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each component's parameters."""
    required = {"output_dir": str(folder), "data": {"annotations": "annotations.csv", "videos": "videos"}}
    plan = Plan(Config.model_validate(required | sections), ("sit", "wave"), "data", "ingest", "model")
    pipeline = create_pipeline(plan, str(folder / "pipeline"))
    return {component.id: dict(component.exec_properties) for component in pipeline.components}


@pytest.mark.parametrize(
    ("sections", "changed"),
    [
        ({"beam": {"workers": 2}}, []),
        ({"gates": {"min_recall": 0.9}}, ["ModelGate"]),
        ({"training": {"seed": 1}}, ["Trainer", "Baseline"]),
        ({"model": {"height": 64}}, ["Transform", "Trainer", "Baseline"]),
        ({"splits": {"seed": 1}}, ["VideoExampleGen", "Trainer", "Baseline"]),
        ({"sampling": {"num_frames": 32}}, ["VideoExampleGen", "VideoSchemaGen", "Trainer", "Baseline"]),
    ],
    ids=str,
)
def test_a_change_of_the_configuration_changes_the_parameters_of_what_it_decides(
    tmp_path: Path, sections: dict[str, Any], changed: list[str]
) -> None:
    before, after = parameters(tmp_path, {}), parameters(tmp_path, sections)
    assert [name for name in after if after[name] != before[name]] == changed
