"""The compiled pipeline is one that open-source Kubeflow Pipelines can run."""

from pathlib import Path

import pytest
import yaml
from kfp import components
from typer.testing import CliRunner

from pipeline.cli import app
from tests.e2e.project import make_project

pytestmark = pytest.mark.e2e


def test_the_compiled_pipeline_loads_with_the_kfp_sdk_and_needs_no_resolver_and_no_lifecycle(tmp_path: Path) -> None:
    project = make_project(tmp_path, num_people=2)
    project.configure(kubeflow={"image": "registry.example/clipgate:1", "pipeline_root": "gs://bucket/root"})
    compiled = tmp_path / "pipeline.yaml"
    # In this process, which has loaded TFX already.
    result = CliRunner().invoke(app, ["compile", "--config", str(project.config_path), "-o", str(compiled)])
    assert result.exit_code == 0, result.output
    text = compiled.read_text()
    assert components.load_component_from_text(text).name == "test"
    executors = yaml.safe_load(text)["deploymentSpec"]["executors"]
    assert all(set(executor) == {"container"} for executor in executors.values())
    assert all(executor["container"]["image"] == "registry.example/clipgate:1" for executor in executors.values())
    assert "lifecycle" not in text
    assert "resolver" not in text.lower()
