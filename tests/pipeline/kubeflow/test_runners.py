"""Beam's runners of a cluster in a compiled pipeline."""

from typing import Any

import pytest

from pipeline.kubeflow.config import KubeflowConfig
from pipeline.kubeflow.runners import is_elsewhere, runner_problems

SHARED: dict[str, Any] = {"volumes": [{"claim": "shared", "path": "/shared"}], "shared": "/shared/beam"}


@pytest.mark.parametrize(
    "arguments", [(), ("--runner=FnApiRunner",), ("--runner=FlinkRunner", "--runner=DirectRunner")]
)
def test_a_runner_in_the_step_needs_nothing(arguments: tuple[str, ...]) -> None:
    assert not is_elsewhere(arguments)
    assert not list(runner_problems(arguments, KubeflowConfig()))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--runner=PortableRunner", "--job_endpoint=flink:8099"),
        ("--runner=FlinkRunner", "--flink_master=flink:8081"),
        ("--runner=SparkRunner", "--spark_master_url=spark://spark:7077"),
        ("--runner=DataflowRunner", "--project=p", "--region=r", "--temp_location=gs://bucket/tmp"),
    ],
    ids=str,
)
def test_a_runner_elsewhere_needs_a_folder_that_its_workers_see(arguments: tuple[str, ...]) -> None:
    assert is_elsewhere(arguments)
    assert not list(runner_problems(arguments, KubeflowConfig.model_validate(SHARED)))
    (problem,) = runner_problems(arguments, KubeflowConfig())
    assert "workers elsewhere do not see the files of a step; name a folder" in problem
    (problem,) = runner_problems(arguments, KubeflowConfig.model_validate(SHARED | {"shared": "/elsewhere"}))
    assert problem.startswith("kubeflow.shared: /elsewhere is below none of kubeflow.volumes")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--runner=PortableRunner",), "--runner=PortableRunner needs --job_endpoint"),
        (("--runner=DataflowRunner", "--region=r"), "--runner=DataflowRunner needs --project, --temp_location"),
        (("--runner=FlnkRunner",), "--runner=FlnkRunner: steps can use PortableRunner, FlinkRunner, "),
    ],
    ids=str,
)
def test_what_a_runner_lacks_is_named(arguments: tuple[str, ...], words: str) -> None:
    (problem,) = runner_problems(arguments, KubeflowConfig.model_validate(SHARED))
    assert words in problem
