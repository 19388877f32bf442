"""Beam's runners of a cluster in a compiled pipeline."""

from typing import Any

import pytest

from pipeline.beam.config import BeamConfig
from pipeline.kubeflow.config import KubeflowConfig
from pipeline.kubeflow.runners import runner_problems

SHARED: dict[str, Any] = {"volumes": [{"claim": "shared", "path": "/shared"}], "shared": "/shared/beam"}


@pytest.mark.parametrize(
    "beam",
    [
        {},
        {"runner": "direct"},
        {"args": ["--runner=FnApiRunner"]},
        {"args": ["--runner=FlinkRunner", "--runner=DirectRunner"]},
    ],
    ids=str,
)
def test_a_runner_in_the_step_needs_nothing(beam: dict[str, Any]) -> None:
    assert not list(runner_problems(BeamConfig.model_validate(beam), KubeflowConfig()))


@pytest.mark.parametrize(
    "beam",
    [
        {"runner": "flink", "job_server": "flink:8099", "workers_at": "localhost:50000"},
        {"args": ["--runner=PortableRunner", "--job_endpoint=flink:8099"]},
        {"args": ["--runner=FlinkRunner", "--flink_master=flink:8081"]},
        {"args": ["--runner=SparkRunner", "--spark_master_url=spark://spark:7077"]},
        {"args": ["--runner=DataflowRunner", "--project=p", "--region=r", "--temp_location=gs://bucket/tmp"]},
    ],
    ids=str,
)
def test_a_runner_elsewhere_needs_a_folder_that_its_workers_see(beam: dict[str, Any]) -> None:
    settings = BeamConfig.model_validate(beam)
    assert not list(runner_problems(settings, KubeflowConfig.model_validate(SHARED)))
    (problem,) = runner_problems(settings, KubeflowConfig())
    assert problem.startswith("beam.runner: flink: " if "runner" in beam else "beam.args: --runner=")
    assert "workers elsewhere do not see the files of a step; name a folder" in problem
    (problem,) = runner_problems(settings, KubeflowConfig.model_validate(SHARED | {"shared": "/elsewhere"}))
    assert problem.startswith("kubeflow.shared: /elsewhere is below none of kubeflow.volumes")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--runner=PortableRunner"], "--runner=PortableRunner needs --job_endpoint"),
        (["--runner=DataflowRunner", "--region=r"], "--runner=DataflowRunner needs --project, --temp_location"),
        (["--runner=FlnkRunner"], "--runner=FlnkRunner: steps can use PortableRunner, FlinkRunner, "),
    ],
    ids=str,
)
def test_what_a_runner_lacks_is_named(args: list[str], words: str) -> None:
    (problem,) = runner_problems(BeamConfig.model_validate({"args": args}), KubeflowConfig.model_validate(SHARED))
    assert words in problem
