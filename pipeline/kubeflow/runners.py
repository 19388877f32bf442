"""Beam's runners of a cluster: which of them a compiled pipeline may name, and what its steps need for them."""

from collections.abc import Iterator
from pathlib import PurePath

from foundation.beam_runners import ENGINE_RUNNER, LOCAL_RUNNERS
from pipeline.beam.config import BeamConfig, given_options
from pipeline.kubeflow.config import KubeflowConfig

# Options without which a runner of Beam's would start something in the step itself, or not at all.
_NEEDED = {
    "PortableRunner": ("--job_endpoint",),
    "FlinkRunner": ("--flink_master",),
    "SparkRunner": ("--spark_master_url",),
    "DataflowRunner": ("--project", "--region", "--temp_location"),
}


def runner_problems(beam: BeamConfig, kubeflow: KubeflowConfig) -> Iterator[str]:
    """What is in the way of a runner elsewhere, in sentences."""
    if not beam.is_elsewhere:
        return
    runner = beam.beams_runner
    named = f"beam.runner: {beam.runner}" if beam.runner else f"beam.args: --runner={runner}"
    if runner not in (ENGINE_RUNNER, *_NEEDED):
        yield f"{named}: steps can use {', '.join(_NEEDED)}, or {' and '.join(LOCAL_RUNNERS)} themselves"
        return
    given = given_options(beam.options)
    if missing := [option for option in _NEEDED.get(runner, ()) if option not in given]:
        yield f"{named} needs {', '.join(missing)}"
    shared = kubeflow.shared
    if shared is None:
        yield (
            f"{named}: workers elsewhere do not see the files of a step; name a folder of a volume "
            "that they see too in kubeflow.shared, or leave the runner out"
        )
    elif not any(PurePath(shared).is_relative_to(volume.path) for volume in kubeflow.volumes):
        yield f"kubeflow.shared: {shared} is below none of kubeflow.volumes, so it would be of each step's own"
