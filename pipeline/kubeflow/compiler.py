"""Compiles the pipeline into a file for Kubeflow Pipelines and Vertex AI."""

from pathlib import Path

import yaml
from tfx.dsl.components.base.executor_spec import BeamExecutorSpec
from tfx.orchestration.kubeflow.v2.kubeflow_v2_dag_runner import KubeflowV2DagRunner, KubeflowV2DagRunnerConfig

from components.storage.root import is_remote
from foundation.messages.errors import UserError
from pipeline.config import Config
from pipeline.dag import create_pipeline
from pipeline.kubeflow.check import require_runnable
from pipeline.kubeflow.planning import parameters_by_task, planned_when_run
from pipeline.kubeflow.runners import runner_problems
from pipeline.kubeflow.spec import Spec, make_documents
from pipeline.places import data_places
from pipeline.plan import Plan, make_outline, make_plan

COMMAND = ("python", "-m", "pipeline.kubeflow.entrypoint")


def compile_to_file(config: Config, output: Path, *, without_data: bool = False) -> None:
    """Write the compiled pipeline (PipelineSpec 2.1, YAML) to `output`.

    Raises:
      UserError: there is nothing to learn from, or the pipeline has a part that Kubeflow does not run.
    """
    documents = compile_pipeline(config, without_data=without_data)
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("w") as file:
        yaml.safe_dump_all(documents, file, sort_keys=True)


def compile_pipeline(config: Config, *, without_data: bool = False) -> list[Spec]:
    """The documents of the compiled file: see `pipeline.kubeflow.spec.make_documents`.

    `without_data`: neither data nor pushed models are looked at, since each run is planned by its first step.
    """
    _require_possible(config)
    kubeflow = config.kubeflow
    if without_data:
        spec = planned_when_run(_compile(make_outline(config), kubeflow.checkpoint_root), config)
    else:
        spec = _compile(make_plan(config), kubeflow.checkpoint_root, looks_again=True)
    documents = make_documents(spec, kubeflow)
    require_runnable(documents[0])
    return documents


def plan_parameters(config: Config, checkpoint_root: str) -> dict[str, str]:
    """The parameters of each task of a run, as JSON: what a file would hold that is compiled now.

    Raises:
      UserError: there is nothing to learn from, or a task has more parameters than Linux takes.
    """
    return parameters_by_task(_compile(make_plan(config), checkpoint_root))


def _compile(plan: Plan, checkpoint_root: str, *, looks_again: bool = False) -> Spec:
    kubeflow = plan.config.kubeflow
    settings = KubeflowV2DagRunnerConfig(
        default_image=kubeflow.image, default_commands=list(COMMAND), use_pipeline_spec_2_1=True
    )
    pipeline = create_pipeline(plan, kubeflow.pipeline_root, checkpoint_root=checkpoint_root, looks_again=looks_again)
    spec = dict(KubeflowV2DagRunner(settings).run(pipeline, write_out=False)["pipelineSpec"])
    if kubeflow.shared and plan.config.beam.is_elsewhere:
        for component in pipeline.components:
            if isinstance(component.executor_spec, BeamExecutorSpec):
                container = spec["deploymentSpec"]["executors"][f"{component.id}_executor"]["container"]
                container["args"].append(f"--shared_folder={kubeflow.shared}")
    return spec


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
    problems += runner_problems(config.beam, config.kubeflow)
    if problems:
        raise UserError("\n".join(problems))


def paths_of_this_machine(config: Config) -> dict[str, str]:
    """Places that a step in a cluster will not find, by their keys: neither addresses nor below a volume."""
    places = {
        **data_places(config),
        "serving.directory": config.push_destination,
        "push.serving_config": config.push.serving_config,
        "training.warm_start": config.training.warm_start.place if config.training.warm_start else None,
    }
    volumes = [Path(volume.path) for volume in config.kubeflow.volumes]
    return {
        key: place
        for key, place in places.items()
        if place and not is_remote(place) and not any(Path(place).is_relative_to(volume) for volume in volumes)
    }
