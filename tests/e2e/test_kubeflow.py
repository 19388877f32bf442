"""The compiled pipeline is one that open-source Kubeflow Pipelines can run."""

from pathlib import Path

import pytest
import yaml
from kfp import components

from tests.e2e.project import explain, make_project

pytestmark = pytest.mark.e2e


def test_the_compiled_pipeline_loads_with_the_kfp_sdk_and_needs_no_resolver_and_no_lifecycle(tmp_path: Path) -> None:
    project = make_project(tmp_path, num_people=2, videos_per_person=1)
    project.configure(kubeflow={"image": "registry.example/clipgate:1", "pipeline_root": "gs://bucket/root"})
    result = project.clipgate("compile", "--config", "config.yaml", "-o", "pipeline.yaml")
    assert result.returncode == 0, explain(result)
    text = (tmp_path / "pipeline.yaml").read_text()
    assert components.load_component_from_text(text).name == "test"
    executors = yaml.safe_load(text)["deploymentSpec"]["executors"]
    assert all(set(executor) == {"container"} for executor in executors.values())
    assert all(executor["container"]["image"] == "registry.example/clipgate:1" for executor in executors.values())
    assert "lifecycle" not in text
    assert "resolver" not in text.lower()
