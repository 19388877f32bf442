"""Compiles the pipeline into a file for Kubeflow Pipelines and Vertex AI."""

from pathlib import Path

import yaml
from tfx.orchestration.kubeflow.v2.kubeflow_v2_dag_runner import KubeflowV2DagRunner, KubeflowV2DagRunnerConfig

from components.storage.root import is_remote
from foundation.messages.errors import UserError
from pipeline.config import Config
from pipeline.dag import create_pipeline
from pipeline.kubeflow.check import require_runnable
from pipeline.kubeflow.spec import Spec, make_documents
from pipeline.plan import make_plan

COMMAND = ("python", "-m", "pipeline.kubeflow.entrypoint")


def compile_to_file(config: Config, output: Path) -> None:
    """Write the compiled pipeline (PipelineSpec 2.1, YAML) to `output`.

    Raises:
      UserError: there is nothing to learn from, or the pipeline has a part that Kubeflow does not run.
    """
    documents = compile_pipeline(config)
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("w") as file:
        yaml.safe_dump_all(documents, file, sort_keys=True)


def compile_pipeline(config: Config) -> list[Spec]:
    """The documents of the compiled file: see `pipeline.kubeflow.spec.make_documents`."""
    _require_possible(config)
    kubeflow = config.kubeflow
    settings = KubeflowV2DagRunnerConfig(
        default_image=kubeflow.image, default_commands=list(COMMAND), use_pipeline_spec_2_1=True
    )
    pipeline = create_pipeline(
        make_plan(config), kubeflow.pipeline_root, checkpoint_root=kubeflow.checkpoint_root, looks_again=True
    )
    job = KubeflowV2DagRunner(settings).run(pipeline, write_out=False)
    documents = make_documents(job["pipelineSpec"], kubeflow)
    require_runnable(documents[0])
    return documents


def _require_possible(config: Config) -> None:
    problems = []
    if config.serving_validation.docker_image:
        problems.append(
            "serving_validation.docker_image: TFX's InfraValidator starts containers, which a step in a cluster may not; "
            "leave it out for Kubeflow, where the ServingValidator asks the model"
        )
    if config.training.distribution == "multi_worker":
        problems.append(
            "training.distribution: a step of Kubeflow is one pod, which cannot start the other workers of multi_worker; "
            "use mirrored, with several accelerators under kubeflow.resources"
        )
    runners = [arg for arg in config.beam.args if arg.startswith("--runner")]
    if any(not arg.endswith(("=FnApiRunner", "=DirectRunner")) for arg in runners):
        problems.append(
            f"beam.args: {' '.join(runners)}: workers elsewhere do not see the files of a step; leave the runner out"
        )
    if problems:
        raise UserError("\n".join(problems))


def paths_of_this_machine(config: Config) -> dict[str, str]:
    """Places that a step in a cluster will not find, by their keys: neither addresses nor below a volume."""
    places = {
        "data.annotations": config.data.annotations,
        "data.videos": config.data.videos,
        "data.label_map": config.data.label_map,
        "splits.assignment": config.splits.assignment,
        "checks.previous_annotations": config.checks.previous_annotations,
        "checks.previous_videos": config.checks.previous_videos,
        "serving.directory": config.push_destination,
        "training.warm_start": config.training.warm_start.model if config.training.warm_start else None,
    }
    volumes = [Path(volume.path) for volume in config.kubeflow.volumes]
    return {
        key: place
        for key, place in places.items()
        if place
        and place != "latest"
        and not is_remote(place)
        and not any(Path(place).is_relative_to(volume) for volume in volumes)
    }
