"""The compiled pipeline is one that open-source Kubeflow Pipelines can run."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from google.protobuf import json_format
from kfp import components
from kfp.pipeline_spec import pipeline_spec_pb2
from tfx.components import CsvExampleGen, Pusher
from tfx.dsl.components.common.importer import Importer
from tfx.dsl.components.common.resolver import Resolver
from tfx.dsl.input_resolution.strategies.latest_artifact_strategy import LatestArtifactStrategy
from tfx.orchestration.kubeflow.v2.kubeflow_v2_dag_runner import KubeflowV2DagRunner, KubeflowV2DagRunnerConfig
from tfx.orchestration.pipeline import Pipeline
from tfx.proto.pusher_pb2 import PushDestination
from tfx.types import Channel
from tfx.types.standard_artifacts import Model
from typer.testing import CliRunner

from foundation.messages.errors import UserError
from foundation.messages.progress import PROGRESS_LOGGER
from pipeline.cli import app
from pipeline.kubeflow import entrypoint, plan_step
from pipeline.kubeflow.check import find_problems
from pipeline.kubeflow.driver import make_executor_input
from pipeline.kubeflow.execute import load_spec
from pipeline.kubeflow.launcher import command_line
from pipeline.kubeflow.tasks import Run, runtime_parameters
from tests.e2e.project import Project, make_project
from tests.pipeline.kubeflow.api_server import PIPELINES, RUNS, ApiServer, serving

KUBEFLOW = {
    "image": "registry.example/clipgate:1",
    "pipeline_root": "minio://mlpipeline/root",
    "resources": {"default": {"cpu": 2, "memory_gigabytes": 4}, "Trainer": {"cpu": 8, "accelerator": "nvidia.com/gpu"}},
    "env": {"AWS_REGION": "eu-1"},
    "secrets": [{"name": "store", "variables": {"AWS_ACCESS_KEY_ID": "user"}}],
    "retries": 1,
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Data of two people."""
    return make_project(tmp_path_factory.mktemp("kubeflow"), num_people=2)


def compile_project(project: Project, *options: str, **sections: Any) -> tuple[Path, Any]:
    """The compiled file, and what the command says; in this process, which has loaded TFX already."""
    project.configure(**sections)
    compiled = project.folder / "pipeline.yaml"
    return compiled, CliRunner().invoke(
        app, ["compile", "--config", str(project.config_path), "-o", str(compiled), "--force", *options]
    )


def test_the_compiled_pipeline_is_what_the_protos_and_the_kfp_sdk_read(project: Project) -> None:
    compiled, result = compile_project(project, kubeflow=KUBEFLOW)
    assert result.exit_code == 0, result.output
    assert components.load_component_from_file(str(compiled)).name == "test"
    pipeline, platform = yaml.safe_load_all(compiled.read_text())
    # Unknown fields and values of the wrong type do not parse.
    json_format.ParseDict(pipeline, pipeline_spec_pb2.PipelineSpec())
    json_format.ParseDict(pipeline["deploymentSpec"], pipeline_spec_pb2.PipelineDeploymentConfig())
    json_format.ParseDict(platform, pipeline_spec_pb2.PlatformSpec())
    executors = pipeline["deploymentSpec"]["executors"]
    assert all(set(executor) == {"container"} for executor in executors.values())
    assert {executor["container"]["image"] for executor in executors.values()} == {"registry.example/clipgate:1"}
    assert {tuple(executor["container"]["command"]) for executor in executors.values()} == {
        ("python", "-m", "pipeline.kubeflow.entrypoint")
    }
    assert executors["Trainer_executor"]["container"]["resources"]["accelerator"] == {
        "type": "nvidia.com/gpu",
        "count": "1",
    }
    # TensorFlow does not write to this store.
    assert "/tmp/clipgate/checkpoints" in str(pipeline["root"]["dag"]["tasks"]["Trainer"])
    assert "minio://" not in str(pipeline["root"]["dag"]["tasks"])


def test_the_compiled_file_is_the_same_when_data_are_added(project: Project) -> None:
    compiled, _ = compile_project(project)
    before = compiled.read_text()
    annotations = project.folder / "data" / "annotations.csv"
    rows = annotations.read_text()
    try:
        annotations.write_text(rows + rows.splitlines()[-1] + "\n")
        compile_project(project)
    finally:
        annotations.write_text(rows)
    # So a run of the old file does what one of the new file would do.
    assert compiled.read_text() == before


def test_places_that_steps_in_a_cluster_do_not_see_are_named(project: Project) -> None:
    _, result = compile_project(project)
    assert f"data.videos: {project.folder / 'data'} is a path of this machine" in result.output
    volume = {"claim": "everything", "path": str(project.folder)}
    _, result = compile_project(project, kubeflow={"volumes": [volume]})
    assert "path of this machine" not in result.output


@pytest.mark.parametrize(
    ("section", "words"),
    [
        (
            {"serving_validation": {"docker_image": "tensorflow/serving"}},
            "starts containers, which a step in a cluster may not",
        ),
        ({"training": {"distribution": "multi_worker"}}, "a step of Kubeflow is one pod"),
        (
            {"beam": {"args": ["--runner=PortableRunner", "--job_endpoint=flink:8099"]}},
            "workers elsewhere do not see the files of a step",
        ),
    ],
    ids=str,
)
def test_what_a_step_in_a_cluster_cannot_do_is_refused_with_its_key(
    project: Project, section: dict[str, Any], words: str
) -> None:
    _, result = compile_project(project, **section)
    assert isinstance(result.exception, UserError)
    assert words in str(result.exception)


def test_the_data_steps_of_a_pipeline_whose_workers_are_elsewhere_are_told_where_both_look(project: Project) -> None:
    beam = {"args": ["--runner=PortableRunner", "--job_endpoint=flink:8099"]}
    volumes = [{"claim": "shared", "path": "/shared"}]
    compiled, _ = compile_project(project, beam=beam, kubeflow={"volumes": volumes, "shared": "/shared/beam"})
    executors = load_spec(compiled)["deploymentSpec"]["executors"]
    assert all({*beam["args"]} <= {*executor["container"]["args"]} for executor in executors.values())
    told = [name for name, each in executors.items() if "--shared_folder=/shared/beam" in each["container"]["args"]]
    steps = ("AnnotationValidator", "DataDigest", "Evaluator", "StatisticsGen", "Transform", "VideoExampleGen")
    assert sorted(told) == [f"{step}_executor" for step in steps]


@pytest.fixture
def progress_logger() -> Iterator[None]:
    """The entry point is made for a process of its own, and changes this logger for good."""
    logger = logging.getLogger(PROGRESS_LOGGER)
    before = list(logger.handlers), logger.level, logger.propagate
    yield
    logger.handlers[:], logger.level, logger.propagate = before


@pytest.mark.usefixtures("progress_logger")
def test_a_file_compiled_without_data_gives_each_step_what_one_compiled_with_them_would(
    project: Project, tmp_path: Path
) -> None:
    elsewhere = {"annotations": "s3://no-such-bucket/annotations.csv", "videos": "s3://no-such-bucket"}
    compiled, result = compile_project(project, "--without-data", data=elsewhere)
    assert result.exit_code == 0, result.output
    assert "&id" not in compiled.read_text()  # no part refers to another one
    spec = load_spec(compiled)
    folder = project.folder / "data"
    changes = {"data.annotations": str(folder / "annotations.csv"), "data.videos": str(folder), "training.epochs": "5"}
    run = Run(spec, str(tmp_path), "run-1", runtime_parameters(spec, changes))
    executor_input = make_executor_input(run, "Plan", {}, {}, "salt")
    plan_step.main(executor_input)
    outputs = executor_input["outputs"]["parameters"]
    planned = {name: json.loads(Path(output["outputFile"]).read_text()) for name, output in outputs.items()}

    compiled, _ = compile_project(project, training={"epochs": 5})
    tasks = load_spec(compiled)["root"]["dag"]["tasks"]
    assert set(planned) == set(tasks) - {"DataDigest"}
    for name, parameters in planned.items():
        for key, value in tasks[name]["inputs"]["parameters"].items():
            # A step hands the digest of the data on there.
            if "runtimeValue" in value:
                assert parameters[key] == value["runtimeValue"]["constant"], f"{name}.{key}"


@pytest.mark.usefixtures("progress_logger")
def test_a_step_runs_its_executor_and_a_users_mistake_ends_it_without_a_traceback(
    project: Project, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    compiled, _ = compile_project(project)
    spec = load_spec(compiled)
    run = Run(spec, str(tmp_path), "run-1", {})
    handed_on = {("DataDigest", "digest"): "f00"}

    def run_step(name: str) -> Path:
        arguments = command_line(run.container(name), make_executor_input(run, name, {}, handed_on, "salt"))
        entrypoint.main(arguments[3:])  # after python -m pipeline.kubeflow.entrypoint
        return Path(run.folder, name, "salt")

    folder = run_step("VideoSchemaGen")
    written = json.loads((folder / "output_metadata.json").read_text())
    assert written["artifacts"]["schema"]["artifacts"][0]["uri"] == str(folder / "schema")
    assert [path.name for path in (folder / "schema").iterdir()] == ["schema.pbtxt"]

    folder = run_step("DataDigest")
    written = json.loads((folder / "output_metadata.json").read_text())
    assert written["parameterValues"] == {"digest": (folder / "digest").read_text()}

    data = spec["root"]["dag"]["tasks"]["VideoExampleGen"]["inputs"]["parameters"]["data"]["runtimeValue"]
    data["constant"] = json.dumps(json.loads(data["constant"]) | {"videos": "/no/such/folder"})
    capfd.readouterr()
    with pytest.raises(SystemExit) as ended:
        run_step("VideoExampleGen")
    assert ended.value.code == 2
    printed = capfd.readouterr()
    event = json.loads(printed.out.splitlines()[-1].removeprefix(entrypoint.EVENT_MARK))
    assert event == {
        "error": "data.videos: /no/such/folder is not a folder; write the path relative to the configuration file",
        "kind": "user",
    }
    assert "Traceback" not in printed.out + printed.err


def test_what_is_submitted_is_the_compiled_configuration(project: Project) -> None:
    project.configure(kubeflow=KUBEFLOW)
    with serving(ApiServer()) as kubeflow:
        arguments = ["submit", "--config", str(project.config_path), "--endpoint", kubeflow.endpoint, "--no-wait"]
        result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    (upload,) = kubeflow.asked("POST", f"{PIPELINES}/upload")
    pipeline, platform = yaml.safe_load_all(upload.file[1])
    assert pipeline["pipelineInfo"]["name"] == upload.query["name"]
    assert set(platform) == {"platforms"}
    (started,) = kubeflow.asked("POST", RUNS)
    assert started.json["runtime_config"]["pipeline_root"] == "minio://mlpipeline/root"
    # Said before the cluster says it.
    assert f"data.videos: {project.folder}/data is a path of this machine" in result.output


def test_with_parameters_what_is_submitted_is_compiled_without_data(project: Project) -> None:
    project.configure(data={"annotations": "no-such-file.csv", "videos": "no-such-folder"})
    given = ("data.annotations=s3://data/annotations.csv", "data.videos=s3://data", "training.epochs=5")
    with serving(ApiServer()) as kubeflow:
        arguments = ["submit", "--config", str(project.config_path), "--endpoint", kubeflow.endpoint, "--no-wait"]
        result = CliRunner().invoke(app, [*arguments, *(part for each in given for part in ("--parameter", each))])
    assert result.exit_code == 0, result.output
    (upload,) = kubeflow.asked("POST", f"{PIPELINES}/upload")
    assert "Plan" in yaml.safe_load(upload.file[1])["root"]["dag"]["tasks"]
    (started,) = kubeflow.asked("POST", RUNS)
    assert started.json["runtime_config"]["parameters"] == {
        "data.annotations": "s3://data/annotations.csv",
        "data.videos": "s3://data",
        "training.epochs": 5,
    }
    # The run does not look there.
    assert "data.videos:" not in result.output


def test_a_resolver_an_importer_of_a_local_file_and_a_file_based_example_gen_are_refused_by_name(
    tmp_path: Path,
) -> None:
    example_gen = CsvExampleGen(input_base="gs://bucket/csv")
    resolver = Resolver(strategy_class=LatestArtifactStrategy, model=Channel(type=Model)).with_id("LastModel")
    importer = Importer(source_uri=str(tmp_path), artifact_type=Model).with_id("OldModel")
    pusher = Pusher(
        model=resolver.outputs["model"],
        push_destination=PushDestination(filesystem=PushDestination.Filesystem(base_directory="gs://bucket/serving")),
    )
    pipeline = Pipeline("planted", "gs://bucket/root", components=[example_gen, resolver, importer, pusher])
    runner = KubeflowV2DagRunner(KubeflowV2DagRunnerConfig(default_image="image", use_pipeline_spec_2_1=True))
    job = runner.run(pipeline, write_out=False)
    problems = dict(find_problems(job["pipelineSpec"]))
    assert set(problems) == {"CsvExampleGen", "LastModel", "OldModel"}
    assert problems["LastModel"].startswith("Resolver nodes are not implemented")
    assert "file-based ExampleGen" in problems["CsvExampleGen"]
    assert f"cannot reach {tmp_path}" in problems["OldModel"]
